"""Runs that the server answers from: opened once, read by place, with the country's pack where it is at hand."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hinterland
from hinterland.axes import Ages
from hinterland.errors import InputError
from hinterland.report.text import LANGUAGES
from hinterland.report.view import View
from hinterland.results.layout import STORE
from hinterland.results.store import open_run
from hinterland.web.chunks import Chunks
from hinterland.web.formats import makeable
from hinterland.web.phrases import phrase
from hinterland.web.schemas import Run, Source, Words
from hinterland.web.variables import Known, known
from hinterland.web.words import own, words

if TYPE_CHECKING:
    import xarray as xr

    from hinterland.data.country import Country
    from hinterland.explain.peers import Looks


@dataclass(frozen=True)
class Opened:
    """A run at hand."""

    id: str
    folder: Path
    data: xr.Dataset
    country: Country | None
    """Its pack; None where that is not at hand or is another version than the run was made from."""
    tag: str
    """Changes with whatever the run holds."""
    chunks: Chunks

    @cached_property
    def view(self) -> View:
        """The run as reports read it, places by the parts that are held."""
        return View(self.data, held=self.chunks.read)

    @cached_property
    def known(self) -> Mapping[str, Known]:
        """Variables that can be asked for, by name."""
        return known(self.data)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Where its figures come from."""
        return tuple(sources(self.view))

    @cached_property
    def licence(self) -> Words:
        """Under what terms its figures stand."""
        return licences(self.sources)

    @cached_property
    def assumed(self) -> int:
        """Parameters that are assumed, not measured."""
        return sum(record.get("status") == "assumed" for record in self.view.records("parameters"))

    @cached_property
    def ages(self) -> Ages:
        """Its age groups."""
        labels = self.view.age_labels
        opening = int(labels[-1].rstrip("+"))
        return Ages(width=opening // (len(labels) - 1), open=opening)

    @cached_property
    def looks(self) -> Looks | None:
        """How the places look on record; None without a pack, or with a single place."""
        if self.country is None or len(self.country.places) < 2:
            return None
        from hinterland.explain.peers import looks

        return looks(self.country)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """[place]."""
        return self.view.codes

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Code -> position."""
        return {code: at for at, code in enumerate(self.codes)}

    @cached_property
    def names(self) -> tuple[tuple[str, str], ...]:
        """[place] own and romanised."""
        return self.view.names

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """[place] code of the region."""
        return self.view.regions

    @cached_property
    def region_names(self) -> Mapping[str, Words]:
        """Region -> name."""
        view = self.view
        return {code: words(view.region_name(code)) for code in sorted(set(view.regions))}

    @cached_property
    def lon(self) -> list[float | None]:
        """[place] degrees east; None where unknown."""
        return [None if value != value else round(float(value), 5) for value in self.view.lon]  # noqa: PLR0124

    @cached_property
    def lat(self) -> list[float | None]:
        """[place] degrees north."""
        return [None if value != value else round(float(value), 5) for value in self.view.lat]  # noqa: PLR0124

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Instants, the base year first."""
        return self.view.years

    @cached_property
    def past_years(self) -> tuple[int, ...]:
        """Years of the record before the base year."""
        return tuple(year for year in self.view.record_years if year < self.years[0])

    @cached_property
    def scenario(self) -> str:
        """`base`, or the scenario's name."""
        return str(self.data.attrs.get("scenario", "base"))

    @cached_property
    def overrides(self) -> Mapping[str, Any]:
        """Values of parameters that the run was made with, by name."""
        return {record["name"]: record["value"] for record in self.view.records("parameters") if "value" in record}

    def place(self, code: str) -> int:
        """Position of a place; InputError where the run has none of this code."""
        if code not in self.positions:
            raise InputError(
                f"no place has the code {code[:40]!r}",
                remedy=f"Codes of this run look like {', '.join(self.codes[:3])}; /api/places?q= finds them by name",
                where=f"run {self.id}, place",
            )
        return self.positions[code]


@dataclass(frozen=True)
class Runs:
    """All runs of a server, the first of which is the usual one."""

    by_id: Mapping[str, Opened]

    def run(self, name: str | None) -> Opened:
        """A run by its id, the first where none is named; InputError where there is none of it."""
        if name is None or name == "":
            return next(iter(self.by_id.values()))
        if name not in self.by_id:
            remedy = f"There are {', '.join(list(self.by_id)[:8])}"
            raise InputError(f"there is no run {name[:40]!r}", remedy=remedy, where="run")
        return self.by_id[name]


def opened(folders: Sequence[Path], packs: Mapping[str, Country] | None = None) -> Runs:
    """Runs of folders that hold a `run.zarr`; InputError where one of them cannot be read.

    `packs` are countries by code that stand in for those found by name.
    """
    found: dict[str, Opened] = {}
    for folder in folders:
        name = _free(_slug(folder), found)
        found[name] = _open(name, folder, packs or {})
    if not found:
        raise InputError("no run is named", remedy="Make one with `hinterland run cn`", where="serve")
    return Runs(found)


def record(run: Opened, state: str, note: str) -> Run:
    """What /api/runs tells of a run; `state` and `note` are those of its live model."""
    view = run.view
    return Run(
        id=run.id,
        country=view.nation.key,
        names=words(view.nation.name),
        scenario=run.scenario,
        title=titled(run.scenario),
        base_year=view.base_year,
        years=list(view.years),
        record_years=list(view.record_years),
        members=view.members,
        seed=int(run.data.attrs.get("seed", 0)),
        places=len(run.codes),
        live=state == "ready",
        state=state,  # pyright: ignore[reportArgumentType]
        live_note=phrase(note),
        variables=[each.variable for each in run.known.values()],
        licence=run.licence,
        sources=list(run.sources),
        version=str(run.data.attrs.get("package_version", hinterland.__version__)),
        formats=list(makeable()),
    )


def sources(view: View) -> list[Source]:
    """Where a run's figures come from."""
    return [
        Source(
            key=str(source.get("key", "")),
            title=phrase(str(source.get("title", ""))),
            licence=phrase(str(source.get("licence", ""))),
            address=str(source.get("url") or ""),
        )
        for source in view.records("sources")
    ]


def licences(cited: Iterable[Source]) -> Words:
    """The line that goes with every file: under what terms its figures stand."""
    cited = list(cited)

    def terms(language: str) -> str:
        each = (f"{getattr(source.title, language)} ({getattr(source.licence, language)})" for source in cited)
        return "; ".join(dict.fromkeys(each))

    listed = Words(**{language: terms(language) for language in LANGUAGES})
    return own("licence_line", version=hinterland.__version__, terms=listed)


def titled(scenario: str) -> Words:
    """The title of a scenario, or of a sum of them; its own name where the package does not ship it."""
    from hinterland.report.text import Text, join, same, say
    from hinterland.scenario_files.made import describe, shipped

    if scenario == "base":
        return words(say("scenario_base"))
    there = set(shipped())
    parts = [Text(**describe(name).title.model_dump()) if name in there else same(name) for name in scenario.split("+")]
    return words(join(parts, Text("; ", "；", "、")))


def _open(name: str, folder: Path, packs: Mapping[str, Country]) -> Opened:
    path = folder if folder.name == STORE else folder / STORE
    data = open_run(path)
    try:
        _check(data)
        for each in ("name", "name_en", "region", "lon", "lat", "seat"):
            data[each].load()
    except InputError as error:
        raise InputError(error.what, remedy=error.remedy, where=str(path)) from error
    except Exception as error:
        what = f"the run is damaged ({type(error).__name__})"
        raise InputError(what, remedy="Make the run again", where=str(path)) from error
    code, version = str(data.attrs["country"]), str(data.attrs.get("pack_version", ""))
    country = packs.get(code) or _pack(code)
    if country is not None:
        alike = country.version == version and country.places.codes == tuple(map(str, data["place"].to_numpy()))
        country = country if alike else None
    described = json.dumps({key: str(value) for key, value in sorted(data.attrs.items())})
    tag = hashlib.sha256(described.encode()).hexdigest()[:16]
    return Opened(name, folder, data, country, tag, Chunks(data, path))


def _check(data: xr.Dataset) -> None:
    """InputError where a run lacks what every answer needs."""
    wanted = {"people", "name", "name_en", "region", "lon", "lat", "seat", "record_people", "people_by_age"}
    missing = sorted(wanted - set(map(str, data.variables)))
    if missing:
        raise InputError(f"the run lacks {', '.join(missing)}", remedy="Make the run again")
    if not bool((data["people"].isel(member=0, year=0) >= 0).all()):
        raise InputError("parts of the run's people are missing", remedy="Make the run again")
    for key in ("names", "region_names", "country"):
        if key not in data.attrs:
            raise InputError(f"the run does not tell its {key}", remedy="Make the run again")


def _pack(code: str) -> Country | None:
    from hinterland.data.pack import read_pack

    try:
        return read_pack(code)
    except InputError:
        return None


def _slug(folder: Path) -> str:
    """An id from a folder's name: letters, digits and hyphens."""
    resolved = folder.resolve()
    name = resolved.parent.name if resolved.name == STORE else resolved.name
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "run"


def _free(name: str, taken: Mapping[str, object]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free
