"""Commands that learn values of the model's parameters from a country's past, and write them as a file of fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from hinterland.cli.console import answered, plain, progress_bar, show
from hinterland.cli.options import Cluster, Workers
from hinterland.errors import InputError

if TYPE_CHECKING:
    from hinterland.calibrate.flows import Fit
    from hinterland.data.country import Country
    from hinterland.data.pairs import Pairs
    from hinterland.fitted import Fitted

calibrate = typer.Typer(
    help="Learn values of parameters from a country's past.", no_args_is_help=True, rich_markup_mode=None
)

Out = Annotated[Path | None, typer.Option(metavar="FILE", help="A file of fits to write (.toml); none if not given.")]

PAIRS: Final = {"us": "moves between counties 2017-18 (Internal Revenue Service)"}
"""Countries whose moves between pairs of places can be read, and what these are."""


@calibrate.command(short_help="How moves fall with distance, from pairs of places.")
def flows(
    country: Annotated[str, typer.Argument(metavar="us", help="A country whose moves between places are published.")],
    *,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="DIR", help="Folder of raw files; where `data get` puts them if not given."),
    ] = None,
    out: Out = None,
) -> None:
    """Fit the distance kernel to moves between pairs of places, with hidden pairs treated in three ways."""
    with answered():
        _fit_flows(country, source, out)


@calibrate.command(short_help="How readily people leave, from arrivals and departures.")
def gross(
    country: Annotated[
        str, typer.Argument(metavar="jp|NAME|DIR", help="A country with arrivals and departures of places.")
    ],
    *,
    first: Annotated[int, typer.Option(help="First year of arrivals and departures.")],
    last: Annotated[list[int], typer.Option(help="Last year; may be repeated, for launches of several years.")],
    out: Out = None,
) -> None:
    """Fit the level of leaving, and its answer to what can be reached, to gross totals of places."""
    with answered():
        _fit_gross(country, first, last, out)


@calibrate.command(short_help="How place effects last, from forecasts of an earlier launch.")
def simulation(  # noqa: PLR0913
    country: Annotated[
        str, typer.Argument(metavar="NAME|DIR", help="A country at hand or a pack's folder, with a record of its own.")
    ],
    *,
    launch: Annotated[int, typer.Option(help="Last year that is known; nothing later is used.")],
    earlier: Annotated[
        int | None, typer.Option(help="The launch forecast again; ten years before, or five, if not given.")
    ] = None,
    until: Annotated[
        int | None, typer.Option(help="Try the answer on later counts up to this year, beside the usual values.")
    ] = None,
    name: Annotated[
        list[str] | None, typer.Option(help="A parameter to fit; may be repeated. All of them if not given.")
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option(help="A region to fit on as if it were closed; may be repeated. All if not given."),
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the fit is kept after every step, and taken up again.")
    ] = None,
    workers: Workers = None,
    cluster: Cluster = None,
    out: Out = None,
) -> None:
    """Fit parameters of the simulation to counts before a launch, with intervals and what counts do not tell."""
    with answered():
        from hinterland.cli.simulation import fit_simulation

        fit_simulation(
            country,
            launch=launch,
            earlier=earlier,
            until=until,
            names=name or [],
            regions=region or [],
            resume=resume,
            out=out,
            workers=workers,
            cluster=cluster,
        )


def _fit_flows(code: str, source: Path | None, out: Path | None) -> None:
    if code not in PAIRS:
        raise InputError(
            f"no moves between pairs of places can be read for {code!r}",
            remedy=f"Countries with such moves: {', '.join(PAIRS)}",
            where="calibrate flows",
        )
    from hinterland.calibrate.as_parameters import of_flows
    from hinterland.calibrate.kernel_forms import TwoScales
    from hinterland.data.folders import sources_folder
    from hinterland.data.importers.us_flows import read_us_flows
    from hinterland.data.pack import read_pack

    country = read_pack(code)
    pairs = read_us_flows(sources_folder() if source is None else source, country.places.codes)
    with progress_bar() as progress:
        found = _fits(country, pairs, progress)
    _show_fits(found)
    best = next(fit for fit in found if fit.hidden == "spread" and isinstance(fit.form, TwoScales))
    _write(out, {name: [fit] for name, fit in of_flows(best, pairs, PAIRS[code]).items()}, code)


def _fits(country: Country, pairs: Pairs, progress: Callable[[int, int, str], None]) -> list[Fit]:
    """Both forms of the kernel with hidden pairs treated in every way."""
    import numpy as np

    from hinterland.calibrate.flows import TREATMENTS, fit
    from hinterland.calibrate.kernel_forms import PowerLaw, TwoScales
    from hinterland.space.distance import great_circle

    distance = great_circle(country.places.lon, country.places.lat)
    _, regions = np.unique(np.array(country.places.regions), return_inverse=True)
    given = (pairs, distance, regions.astype(np.int64), country.totals[-1])
    return [
        fit(*given, form, hidden=hidden, progress=progress)
        for form in (TwoScales(), PowerLaw())
        for hidden in TREATMENTS
    ]


def _show_fits(found: Sequence[Fit]) -> None:
    from rich.table import Table

    from hinterland.params import load

    usual = load()
    table = Table(box=None, pad_edge=False)
    for column in ("kernel", "hidden pairs", "parameter", "value", "95% interval", "usual value"):
        table.add_column(column)
    for fit in found:
        size = fit.size[0], fit.size[0] - 1.96 * fit.size[1], fit.size[0] + 1.96 * fit.size[1]
        for name, (value, low, high) in (*fit.interval().items(), ("size of destination", size)):
            known = f"{usual.value(name):g}" if name in usual else ("1" if name == "size of destination" else "")
            table.add_row(fit.form.label, fit.hidden, plain(name), f"{value:.4g}", f"{low:.4g} to {high:.4g}", known)
        table.add_row(fit.form.label, fit.hidden, "deviance", f"{fit.deviance:,.0f}", f"{fit.rows:,} pairs", "")
    show(table)


def _fit_gross(ref: str, first: int, last: Sequence[int], out: Path | None) -> None:
    from rich.table import Table

    from hinterland.calibrate.as_parameters import of_gross
    from hinterland.calibrate.gross import gross as fit_gross
    from hinterland.data.pack import read_pack
    from hinterland.params import load

    country, parameters = read_pack(ref), load()
    found = [fit_gross(country, parameters, first, year) for year in sorted(set(last))]
    table = Table(box=None, pad_edge=False)
    for column in ("years", "places", "departures per person", "level of the schedule", "push", "saturation"):
        table.add_column(column)
    for each in found:
        table.add_row(
            f"{each.years[0]}-{each.years[1]}", f"{each.places:,}", f"{each.hazard:.4f}", _interval(each.level),
            _interval(each.push) + ("" if each.informs_push else ": not informed"),
            f"deviance falls by {each.saturation_gain:.1e} at best",
        )  # fmt: skip
    show(table)
    typer.echo("Not informed: newcomer_multiple, settling and come_home act on the level alone in these totals.")
    fits: dict[str, list[Fitted]] = {}
    for each in found:
        for name, fit in of_gross(each, parameters, f"arrivals and departures of {country.code}").items():
            fits.setdefault(name, []).append(fit)
    _write(out, fits, country.code)


def _interval(values: tuple[float, float, float]) -> str:
    value, low, high = values
    return f"{value:.3g} ({low:.3g} to {high:.3g})"


def _write(out: Path | None, fits: Mapping[str, Sequence[Any]], code: str) -> None:
    if out is None:
        return
    from hinterland.fitted import written
    from hinterland.writing import write_text

    write_text(out, written(fits, f"Parameters fitted to the past of {code}. Format: see hinterland/fitted.py."))
    typer.echo(f"Wrote {out}")
