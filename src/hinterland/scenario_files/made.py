"""Scenario files made into scenarios of a country, one or several together, and the directions they argue for.

Everything is checked before anything runs: InputError names the file, the key, the value and the remedy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from math import inf, log
from pathlib import Path

from hinterland.axes import FIVE_YEARS
from hinterland.course import TURNED
from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.model.mergers import Merger, arranged
from hinterland.params import Parameters, load
from hinterland.scenario import LEVERS, Beginning, Change, Closing, Scenario, Turn, check
from hinterland.scenario_files.expectations import Expectation, failed
from hinterland.scenario_files.places import at, code_of, codes_of, lines_called, members
from hinterland.scenario_files.reading import lineage, located, read_file, shipped
from hinterland.scenario_files.schema import ChangeTable, CloseTable, LineTable, ScenarioFile, TurnTable
from hinterland.space.network import Line
from hinterland.system import acting
from hinterland.ways import YEAR_END

__all__ = ["Expectation", "describe", "expectations", "failed", "load_scenario", "load_scenarios", "shipped"]

Ref = str | Path


@dataclass(slots=True)
class _Gathered:
    """What files add up to; changes and turns with the words that say where they stand."""

    changes: list[tuple[str, Change]] = field(default_factory=list)
    turns: list[tuple[str, Turn]] = field(default_factory=list)
    openings: list[Line] = field(default_factory=list)
    closings: list[Closing] = field(default_factory=list)
    mergers: list[Merger] = field(default_factory=list)
    beginnings: list[Beginning] = field(default_factory=list)


def describe(ref: Ref) -> ScenarioFile:
    """What the file of a shipped scenario, or at a path, says; checked as far as that needs no country."""
    file = read_file(located(ref))
    _check_values(file, load())
    return file


def load_scenario(ref: Ref, country: Country) -> Scenario:
    """The scenario of a shipped name or a path in a country, with all that it extends."""
    return load_scenarios((ref,), country)


def summands(texts: Sequence[str]) -> list[str]:
    """Names and files of texts of which each may be a sum such as `a+b`; a file whose name holds a plus is one."""
    return [part for text in texts for part in ([text] if Path(text).is_file() else text.split("+"))]


def load_scenarios(refs: Sequence[Ref], country: Country) -> Scenario:
    """Several scenarios at once, named `a+b`; what more than one of them extends counts once."""
    files = [located(ref) for ref in refs]
    if not files:
        raise InputError("no scenario is named", remedy="Name one at least", where="scenarios")
    name = "+".join(file.name for file in files)
    together, parameters = _Gathered(), load()
    done: set[str] = set()
    for number, file in enumerate(files):
        if file.key in {other.key for other in files[:number]}:
            raise InputError(f"{file.name} is named twice", remedy="Name each scenario once", where=f"scenario {name}")
        for one, said in lineage(file):
            if one.key not in done:
                done.add(one.key)
                _check_values(said, parameters)
                _gather(said, country, together)
    _check_together(together, country)
    if together.mergers:
        with at(f"scenario {name}, mergers"):
            arranged(together.mergers, country.places.codes, float(country.base_year))
    return Scenario(
        name=name,
        changes=tuple(change for _, change in together.changes),
        turns=tuple(turn for _, turn in together.turns),
        openings=tuple(together.openings),
        closings=tuple(together.closings),
        mergers=tuple(together.mergers),
        beginnings=tuple(together.beginnings),
    )


def expectations(ref: Ref, country: Country) -> tuple[Expectation, ...]:
    """What one file expects in a country; what the files it extends expect is not asked of their sum."""
    file = read_file(located(ref))
    sets = _sets(file, country)
    found: list[Expectation] = []
    for number, table in enumerate(file.expect, 1):
        where = _where(file, "expect", number)
        _check_date(table.year, country, f"{where}, key year")
        found.append(
            Expectation(
                quantity=table.quantity,
                places=_codes(country, table.of, table.places, sets, where),
                year=table.year,
                direction=table.direction,
                within=table.within,
                where=where,
            )
        )
    return tuple(found)


def _check_values(file: ScenarioFile, parameters: Parameters) -> None:
    """InputError where an amount or a value is out of bounds, or a parameter is unknown or cannot be turned."""
    turnable = acting(parameters, FIVE_YEARS) | TURNED
    for number, table in enumerate(file.change, 1):
        places = table.places or ((table.of,) if table.of else ())
        with at(_where(file, "change", number)):
            check(Scenario(file.name, changes=(_change(table, places),)), parameters, turnable)
    for number, table in enumerate(file.turn, 1):
        with at(_where(file, "turn", number)):
            check(Scenario(file.name, turns=(_turn(table),)), parameters, turnable)


def _gather(file: ScenarioFile, country: Country, into: _Gathered) -> None:
    """Adds what one file changes to what the files before it do."""
    sets = _sets(file, country)
    dated = [
        (f"{_where(file, kind, number)}, key from", float(table.start))
        for kind in ("change", "turn", "line", "close", "merger")
        for number, table in enumerate(getattr(file, kind), 1)
    ]
    for where, year in dated:
        _check_date(year, country, where)
    for number, table in enumerate(file.change, 1):
        where = _where(file, "change", number)
        into.changes.append((where, _change(table, _codes(country, table.of, table.places, sets, where))))
    into.turns += [(_where(file, "turn", number), _turn(table)) for number, table in enumerate(file.turn, 1)]
    for number, table in enumerate(file.line, 1):
        into.openings.append(_opening(table, file, country, into.openings, _where(file, "line", number)))
    for number, table in enumerate(file.close, 1):
        into.closings.append(_closing(table, country, into.openings, _where(file, "close", number)))
    for number, table in enumerate(file.merger, 1):
        where = _where(file, "merger", number)
        names = [code_of(country, text, f"{where}, key places") for text in table.places]
        merger = Merger(tuple(names), code_of(country, table.seat, f"{where}, key seat"), table.start)
        with at(where):
            arranged((merger,), country.places.codes, float(country.base_year))
        into.mergers.append(merger)
    for number, table in enumerate(file.start, 1):
        where = _where(file, "start", number)
        codes = _codes(country, table.of, table.places, sets, where)
        into.beginnings.append(Beginning(table.stock, log(table.times), codes))


def _sets(file: ScenarioFile, country: Country) -> dict[str, tuple[str, ...]]:
    return {name: members(country, table, f"{file.name}.toml, sets.{name}") for name, table in file.sets.items()}


def _codes(
    country: Country, of: str | None, places: Sequence[str], sets: dict[str, tuple[str, ...]], where: str
) -> tuple[str, ...]:
    return sets[of] if of is not None else codes_of(country, places, f"{where}, key places")


def _change(table: ChangeTable, places: tuple[str, ...]) -> Change:
    return Change(
        lever=table.lever,
        amount=table.size,
        start=float(table.start),
        end=inf if table.until is None else float(table.until),
        over=float(table.over),
        places=places,
        kinds=table.kinds,
    )


def _turn(table: TurnTable) -> Turn:
    return Turn(table.parameter, table.value, float(table.start))


def _opening(table: LineTable, file: ScenarioFile, country: Country, opened: Sequence[Line], where: str) -> Line:
    if any(table.name == line.name for line in (*country.lines, *opened)):
        what = f"there is a line {table.name!r} already"
        raise InputError(what, remedy="Give it another name, or open it once", where=f"{where}, key name")
    codes = [code_of(country, text, f"{where}, key stops") for text in table.stops]
    for (before, code), text in zip(pairwise(codes), table.stops[1:], strict=True):
        if code == before:
            what = f"{text!r} ({code}) is the stop before, too"
            raise InputError(what, remedy="Take one of the two out", where=f"{where}, key stops")
    way = tuple(country.places.codes.index(code) for code in codes)
    return Line(table.name, way, float(table.speed_kmh), float(table.start), source=file.source)


def _closing(table: CloseTable, country: Country, opened: Sequence[Line], where: str) -> Closing:
    """A closing that changes something: of lines that still run then, with a stop at the place where one is named."""
    named: dict[str, list[Line]] = {}
    for line in (*country.lines, *opened):
        named.setdefault(line.name, []).append(line)
    name, lines = "", [*country.lines, *opened]
    # Lines of a pack are dated in calendar time, scenarios by the ends of years.
    time = table.start + YEAR_END
    if table.line is not None:
        name, sections = lines_called(named, table.line, f"{where}, key line")
        lines = list(sections)
        if any(line in opened and table.start < line.opens for line in lines):
            what = f"{name} would end in {table.start:g}, before it opens in {lines[0].opens:g}"
            raise InputError(what, remedy="End it later, or do not open it", where=f"{where}, key from")
        if all(line.closes <= time for line in lines):
            what = f"{name} has ended in {max(line.closes for line in lines):g} already"
            raise InputError(what, remedy="Give an earlier year, or leave it out", where=f"{where}, key from")
    if table.place is None:
        return Closing(name, float(table.start))
    code = code_of(country, table.place, f"{where}, key place")
    place = country.places.codes.index(code)
    if not any(place in line.stops and line.closes > time for line in lines):
        what = f"no train {f'of {name} ' if name else ''}stops at {table.place!r} ({code}) after {table.start:g}"
        raise InputError(what, remedy="Name a stop, and a line that has it", where=f"{where}, key place")
    return Closing(name, float(table.start), code)


def _check_date(year: float, country: Country, where: str) -> None:
    if year < country.base_year:
        what = f"{year:g} is before the base year {country.base_year} of {country.names['en']}"
        raise InputError(what, remedy="Give a later year, or a country with an earlier base year", where=where)


def _check_together(gathered: _Gathered, country: Country) -> None:
    """InputError where two changes or two turns contradict each other."""
    for (first, one), (second, other) in combinations(gathered.turns, 2):
        same = (one.parameter, one.start) == (other.parameter, other.start)
        if same and one.value != other.value:
            what = f"{one.parameter} turns to {other.value} from {one.start:g} on, and to {one.value} in {first}"
            raise InputError(what, remedy="Keep one of the two", where=second)
    for (first, one), (second, other) in combinations(gathered.changes, 2):
        same = (one.lever, one.start) == (other.lever, other.start)
        if same and one.amount * other.amount < 0:
            shared = _shared(one.places, other.places, country.places.codes)
            kinds = _shared(one.kinds, other.kinds, LEVERS[one.lever].kinds)
            if (shared or LEVERS[one.lever].national) and (kinds or not LEVERS[one.lever].kinds):
                moved = f"{one.lever} moves by {other.amount:.4g} from {one.start:g} on"
                there = f", both at {', '.join(sorted(shared)[:4])}" if one.places or other.places else ""
                what = f"{moved}, and by {one.amount:.4g} in {first}{there}"
                raise InputError(what, remedy="Keep one of the two, or start them apart", where=second)


def _shared(some: Sequence[str], others: Sequence[str], every: Sequence[str]) -> frozenset[str]:
    """What two lists of names have in common, where an empty one means all of them."""
    return frozenset(some or every) & frozenset(others or every)


def _where(file: ScenarioFile, kind: str, number: int) -> str:
    return f"{file.name}.toml, {kind} {number}"
