"""The fit of the model's own simulation on the command line: estimates, what counts do not tell, and unseen years."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import typer

from hinterland.cli.console import progress_bar, show
from hinterland.params import Parameters

if TYPE_CHECKING:
    from hinterland.calibrate.fit import Fit
    from hinterland.data.country import Country
    from hinterland.evaluate.learning import Learned


def fit_simulation(  # noqa: PLR0913
    ref: str,
    *,
    launch: int,
    earlier: int | None,
    until: int | None,
    names: Sequence[str],
    regions: Sequence[str],
    resume: Path | None,
    out: Path | None,
    workers: int | None = None,
    cluster: str | None = None,
) -> None:
    """Fits a country at a launch, tells the answer, tries it on years it has not seen up to `until`, and writes `out`.

    InputError where the request cannot be met or the fit does not settle.
    """
    from hinterland.calibrate.fit import NAMES
    from hinterland.data.pack import read_pack
    from hinterland.evaluate.learning import known_from, learned, usual
    from hinterland.workers.cluster import pool

    country = read_pack(ref)
    parameters = usual(country, launch)
    with progress_bar() as progress, pool(workers, cluster) as doing:
        answer = learned(
            country,
            launch,
            parameters,
            earlier=earlier,
            regions=regions,
            names=tuple(names) or NAMES,
            saved=resume,
            progress=progress,
            pool=doing,
        )
    if answer.fit is None:
        typer.echo(f"Nothing is fitted, the usual parameters stay. {answer.because}")
        return
    _table(answer.fit, parameters)
    for line in remarks(answer.fit, answer.regions):
        typer.echo(line)
    worse = False
    if until is not None:
        before, after = _unseen(country, launch, until, answer, parameters)
        for line in unseen(launch, before, after):
            typer.echo(line)
        worse = bool(np.mean([np.mean(after[h]) - np.mean(before[h]) for h in before]) > 0)
    if out is not None and worse:
        typer.echo(f"Not adopted: {out} is not written, as unseen years come out worse.")
    elif out is not None:
        _write(out, answer, known_from(country, launch))


def remarks(of: Fit, regions: Sequence[str]) -> Iterator[str]:
    """Sentences on what a fit rests on and on what it does not tell."""
    years = ", ".join(map(str, of.frame.years))
    yield f"Forecast again from {of.frame.launch}, compared with {years}; {of.iterations} steps."
    yield f"Mean absolute log miss of places: {of.before:.4f} with the usual parameters, {of.after:.4f} fitted."
    yield f"The log likelihood counts {of.errors.factor:.3g} times: places and years are not independent."
    if regions:
        yield f"A sample, closed to the rest of the country: {', '.join(regions)}."
    dull = [each.name for each in of.estimates if not each.informed]
    if dull:
        yield f"Not informed (posterior at least 0.9 of the prior): {', '.join(dull)}."
    far = [each.name for each in of.estimates if each.far]
    if far:
        yield f"Far outside its prior, which counts outweigh: {', '.join(far)}."
    bound = [each.name for each in of.estimates if each.at_bound]
    if bound:
        yield f"At a bound of its range, not adopted: {', '.join(bound)}."


def unseen(launch: int, before: Mapping[int, np.ndarray], after: Mapping[int, np.ndarray]) -> Iterator[str]:
    """Lines on the structure's errors in years that the fit has not seen."""
    yield f"Structure alone from {launch}, distribution only, mean (median) absolute % error of places, unseen years:"
    for ahead, usual in before.items():
        found = after[ahead]
        yield (
            f"  +{ahead}: {np.mean(usual):.2f} ({np.median(usual):.2f}) with the usual parameters, "
            f"{np.mean(found):.2f} ({np.median(found):.2f}) fitted"
        )


def _unseen(
    country: Country, launch: int, until: int, answer: Learned, parameters: Parameters
) -> tuple[dict[int, np.ndarray], dict[int, np.ndarray]]:
    from hinterland.calibrate.sample import sampled
    from hinterland.evaluate.learning import adopted, misses

    assert answer.fit is not None
    if answer.regions:
        country = sampled(country, answer.regions)
    after = adopted(parameters, answer.fit.estimates)
    return misses(country, launch, parameters, until), misses(country, launch, after, until)


def _table(of: Fit, parameters: Parameters) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in ("parameter", "usual value", "prior 5-95%", "fitted", "95% interval", "width over prior", "profile"):
        table.add_column(column)
    for each, profile in zip(of.estimates, of.profiles, strict=True):
        low, high = (parameters[each.name].prior_items or ((0.0, 0.0),))[0]
        table.add_row(
            each.name,
            f"{parameters.value(each.name):g}",
            f"{low:g} to {high:g}",
            f"{each.value:.3g}" + (" (at bound)" if each.at_bound else ""),
            f"{each.low:.3g} to {each.high:.3g}",
            f"{each.narrower:.2f}" + ("" if each.informed else " not informed"),
            " ".join(f"{rise:.1f}" for rise in profile.rise),
        )
    show(table)


def _write(out: Path, answer: Learned, known: int) -> None:
    from hinterland.evaluate.learning import as_fitted
    from hinterland.fitted import written
    from hinterland.writing import write_text

    assert answer.fit is not None
    fits = {name: [fit] for name, fit in as_fitted(answer.fit, answer.regions, known).items()}
    opening = f"Parameters fitted to the past of {answer.fit.code}. Format: see hinterland/fitted.py."
    write_text(out, written(fits, opening))
    typer.echo(f"Wrote {out}")
