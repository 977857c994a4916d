"""A run from the command line: forecast, store, summary and report, in one folder that appears when all are done."""

from __future__ import annotations

import shutil
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from hinterland.cli.console import progress_bar
from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.results import comparison, settlement, store, summary
from hinterland.results.dataset import to_dataset
from hinterland.results.layout import CLASSES, COMPARISON, REPORT, STORE, SUMMARY, default_folder, is_run_folder
from hinterland.writing import replacing

if TYPE_CHECKING:
    import xarray as xr

    from hinterland.scenario import Scenario

_REPORTS: Final = 50_000_000
"""Bytes kept free for summary and reports beside the arrays."""
_IN_MEMORY: Final = 2_000_000_000
"""Bytes of a run's arrays up to which its members are held in memory, where nothing else is asked for."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where members are run and kept."""

    workers: int | None = None
    """Processes of this machine; one, this one, if not given."""
    cluster: str | None = None
    """Address of a Dask scheduler."""
    disk: bool | None = None
    """Whether members stay on disk; by their number if not given."""


def make_run(  # noqa: PLR0913
    ref: str,
    *,
    members: int,
    until: int | None,
    seed: int,
    out: Path | None,
    overrides: Mapping[str, Any],
    keep_effects: bool = False,
    scenarios: Sequence[str] = (),
    past: bool = False,
    where: Where = Where(),
) -> None:
    """Runs a country and writes `out`; before anything is computed, that folder is known to be writable.

    With `scenarios` the run is of their sum, and a comparison with the base is written beside it; with `past` it
    begins with the record. InputError: the country, the request or the folder cannot be used. Nothing is written
    unless all is, but that members of a large run, and of one that workers make, stay beside `out` where it is
    interrupted: the same command goes on from there.
    """
    began = time.monotonic()
    from hinterland.data.pack import read_pack

    country = read_pack(ref)
    scenario = named_scenario(country, scenarios, past=past)
    name = country.code if scenario is None else f"{country.code}-{scenario.name}"
    target = default_folder(name) if out is None else out
    until = _usual_end(country) if until is None else until
    size = store.size(country, members, _instants(country, until))
    on_disk = _on_disk(where, size)
    needed = _REPORTS + (
        size if not on_disk else max((3 if scenario is None else 5) * size - _held(_parts(target)), size)
    )
    with replacing(target, is_ours=is_run_folder, needed=needed) as part, progress_bar() as progress:
        from hinterland.calibrate.keeping import keep_work

        keep_work()
        asked = {
            "members": members, "until": until, "seed": seed, "overrides": overrides, "keep_effects": keep_effects,
            "past": past, "progress": progress,
        }  # fmt: skip
        if on_disk:
            found = _on_disk_run(country, scenario, _parts(target), where, asked, part)
        else:
            found = _in_memory_run(country, scenario, asked, part)
    if on_disk:
        shutil.rmtree(_parts(target), ignore_errors=True)
    _told(country, target, members, until, time.monotonic() - began)
    if scenario is not None:
        typer.echo(f"Against the base: {target / COMPARISON}")
    _warned(found)


def _in_memory_run(
    country: Country, scenario: Scenario | None, asked: dict[str, Any], part: Path
) -> Mapping[str, float]:
    """Writes a run whose members are in memory; returns its diagnostics."""
    progress, base = asked["progress"], None
    if scenario is None:
        from hinterland.forecast import forecast

        ensemble = forecast(country, **asked)
    else:
        from hinterland.forecast import compare

        beside = compare(country, scenario, **asked)
        ensemble, base = beside.changed, beside.base
    progress(0, 3, "writing")
    store.write(ensemble, part / STORE)
    created = str(store.open_run(part / STORE).attrs["created"])
    _tables(to_dataset(ensemble, created=created), part, base, progress)
    return ensemble.diagnostics


def _on_disk_run(
    country: Country, scenario: Scenario | None, folder: Path, where: Where, asked: dict[str, Any], part: Path
) -> Mapping[str, float]:
    """Writes a run whose members are kept below `folder` on the way; returns its diagnostics."""
    from hinterland.forecast import compare_on_disk, forecast_on_disk
    from hinterland.members.streaming import stocks_of
    from hinterland.workers.cluster import pool

    progress = asked["progress"]
    if _held(folder):
        typer.echo(f"Members of an earlier attempt in {folder} are used where settings are the same.", err=True)
    try:
        with ExitStack() as stack:
            doing = stack.enter_context(pool(where.workers, where.cluster))
            if scenario is None:
                base, run = None, stack.enter_context(forecast_on_disk(country, folder, doing, **asked))
            else:
                of_base, run = stack.enter_context(compare_on_disk(country, scenario, folder, doing, **asked))
                base = stocks_of(of_base)
            progress(0, 3, "writing")
            store.write_run(run, part / STORE, progress)
            _tables(store.open_run(part / STORE), part, base, progress)
    except BaseException:
        if folder.exists():
            typer.echo(f"Members that are done are kept in {folder}; the same command goes on from there.", err=True)
        raise
    return run.heading.diagnostics


def _tables(dataset: xr.Dataset, part: Path, base: Any, progress: Callable[[int, int, str], None]) -> None:
    """Writes what is read from a run beside its store."""
    progress(1, 3, "writing")
    summary.write(dataset, part / SUMMARY)
    settlement.write(dataset, part / CLASSES)
    if base is not None:
        comparison.write(base, dataset, part / COMPARISON)
    progress(2, 3, "writing")
    _report(dataset, part / REPORT)
    progress(3, 3, "writing")


def _on_disk(where: Where, size: int) -> bool:
    if where.disk is not None:
        return where.disk or where.workers is not None or where.cluster is not None
    return where.workers is not None or where.cluster is not None or size > _IN_MEMORY


def _held(folder: Path) -> int:
    """Bytes that parts take already."""
    return sum(file.stat().st_size for file in folder.glob("*/block-*"))


def _parts(target: Path) -> Path:
    resolved = target.resolve()
    return resolved.parent / f".{resolved.name}.parts"


def assignments(given: Sequence[str]) -> dict[str, Any]:
    """`name=value` texts as a mapping; values are numbers or lists of numbers, written as in the parameter files.

    InputError names the text that cannot be read and the name that is given twice.
    """
    found: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        name = name.strip()
        try:
            read = tomllib.loads(f"value = {value.strip()}")
        except tomllib.TOMLDecodeError:
            read = {}
        parsed = read["value"] if len(read) == 1 else None
        if not equals or not name or not _is_number(parsed):
            raise InputError(
                f"'{text}' sets nothing",
                remedy="Write a name, an equals sign and a number, such as --set attachment=0.5",
                where="--set",
            )
        if name in found:
            raise InputError(f"{name} is set twice", remedy="Set each parameter once", where="--set")
        found[name] = parsed
    return found


def _report(dataset: Any, path: Path) -> None:
    from hinterland.report.run import write_run

    write_run(dataset, path)


def _is_number(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_is_number(item) for item in value)
    return isinstance(value, int | float) and not isinstance(value, bool)


def named_scenario(country: Country, names: Sequence[str], *, past: bool) -> Scenario | None:
    """The sum of the scenarios named, for a country that begins at its base year or with its record."""
    if not names:
        return None
    from hinterland.calibrate.prepare import record_start
    from hinterland.scenario_files.made import load_scenarios, summands

    record = record_start(country) if past else None
    return load_scenarios(summands(names), country if record is None else replace(country, base_year=record))


def _warned(diagnostics: Mapping[str, float]) -> None:
    """Says where differences between places feed on themselves: bands then widen by the model's own doing."""
    from hinterland.calibrate.stability import GROWTH

    growth = diagnostics.get(GROWTH, float("nan"))
    if growth > 1:
        typer.echo(f"Note: {GROWTH}; here it is {growth:.3f}. Weaken what answers to jobs, such as pull_income.")


def _usual_end(country: Country) -> int:
    from hinterland.members.plan import usual_end

    return usual_end(country)


def _instants(country: Country, until: int) -> int:
    return max(until - country.base_year, 0) // country.ages.width + 1


def _told(country: Country, target: Path, members: int, until: int, seconds: float) -> None:
    example = country.peers[0] if country.peers else country.places.codes[0]
    where = "" if target == default_folder(country.code) else f" --run {target}"
    typer.echo(
        f"{country.names.get('en', country.code)}: {len(country.places)} places, {members} members, "
        f"{country.base_year} to {until}, in {seconds:.0f} s"
    )
    typer.echo(f"Report:  {target / REPORT}")
    typer.echo(f"Figures: {target / SUMMARY}, {target / CLASSES} and {target / STORE}")
    typer.echo(f"A place: hinterland place {example}{where}")
