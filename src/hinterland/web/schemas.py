"""What the server answers about runs, places and maps: the contract between `hinterland serve` and the page."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """Frozen; unknown keys of requests are refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Record):
    """One text in the three languages of the page."""

    en: str
    zh: str
    ja: str


class Source(Record):
    """Where figures come from."""

    key: str
    title: Words
    licence: Words
    address: str = ""


class Variable(Record):
    """A stock (at instants) or flow (over periods that end in the year) that `series` and `map` know."""

    name: str
    kind: Literal["stock", "flow", "derived"]
    unit: str
    label: Words


class Run(Record):
    """GET /api/runs -> list[Run]; every other address takes ?run=ID, by default the first."""

    id: str
    country: str
    names: Words
    scenario: str
    title: Words
    """Of the scenario."""
    base_year: int
    years: list[int]
    record_years: list[int]
    members: int
    seed: int
    places: int
    live: bool
    """Whether its pack is at hand, so that levers, why and policies can be computed."""
    state: Literal["off", "warming", "ready"]
    """Of the live model; `live` is true where it is ready."""
    live_note: Words
    """Why it is off, or what it is doing."""
    variables: list[Variable]
    licence: Words
    sources: list[Source]
    version: str
    formats: list[str]
    """Of files that can be made here; others need the extra `downloads`."""


class Hit(Record):
    """GET /api/places?q=TEXT&limit=20 -> list[Hit], best first; without q all places, largest first."""

    code: str
    name: str
    """In its own script."""
    name_en: str
    region: str
    region_name: Words
    people: float
    lon: float | None
    lat: float | None
    matched: Literal["code", "name", "reading", "near", "all"]


class Chance(Record):
    """Chance of having lost a share of the people of the base year by a year."""

    year: int
    loss: float
    chance: float


class Miss(Record):
    """How wrong forecasts of places like this one have been `years` ahead."""

    years: int
    error: float
    """Mean absolute error as a share of the people counted."""


class Track(Record):
    """Track record; shown before the forecast."""

    words: list[Words]
    misses: list[Miss]
    measured: Words
    """On which launches or where borrowed from."""


class Peer(Record):
    """A place like this one: now, or in an earlier year of the record with what became of it."""

    code: str
    name: str
    name_en: str
    year: int
    """The year in which it looked like this place."""
    then: str
    change: float | None
    """What became of it, share of people, where known."""


class Place(Record):
    """GET /api/places/{code} -> Place."""

    code: str
    name: str
    name_en: str
    title: Words
    region: str
    region_name: Words
    lon: float | None
    lat: float | None
    people: float
    answer: list[Words]
    """The answer in words, a sentence each."""
    chances: list[Chance]
    track: Track
    peers: list[Peer]
    notes: list[Words]
    """What limits these numbers: borrowed parameters, assumed ones, bands whose coverage was measured elsewhere."""


class Series(Record):
    """One variable of one place."""

    variable: Variable
    years: list[int]
    levels: list[float]
    """Quantile levels: 0.025 0.1 0.25 0.5 0.75 0.9 0.975 as far as members allow, always 0.1 0.5 0.9."""
    bands: list[list[float | None]]
    """[level][year]."""
    past_years: list[int]
    past: list[float]


class PlaceSeries(Record):
    """GET /api/places/{code}/series?variables=people,births,... -> PlaceSeries."""

    code: str
    series: list[Series]
    licence: str


class Pyramid(Record):
    """GET /api/places/{code}/pyramid -> Pyramid: women first as in `axes.SEXES`, the past included."""

    code: str
    ages: list[str]
    sexes: list[str]
    years: list[int]
    """Past years first, then those of the run."""
    first_forecast: int
    """Position of the base year in `years`."""
    people: list[list[list[float]]]
    """[year][sex][age] counted or median."""
    low: list[list[list[float]]]
    """10% quantile; the same as people in past years."""
    high: list[list[list[float]]]


class Service(Record):
    """One service at a place."""

    name: str
    label: Words
    years: list[int]
    lost: list[float]
    """[year] share of members in which settlements of this place have lost it (weighted by people)."""
    likely: int | None
    """First year in which more than half have lost it."""


class Services(Record):
    """GET /api/places/{code}/services -> Services; empty where the run has none."""

    code: str
    services: list[Service]


class MapData(Record):
    """GET /api/map?variable=people -> MapData for all places and years at once (play needs no more requests)."""

    variable: Variable
    codes: list[str]
    names: list[str]
    names_en: list[str]
    regions: list[str]
    lon: list[float | None]
    lat: list[float | None]
    years: list[int]
    first_forecast: int
    values: list[list[float | None]]
    """[year][place] counted or median; derived ones are: change (share since the base year), chance_10, chance_25,
    chance_50 (of losing that share by the year), share_65_plus, share_0_14."""


class Problem(Record):
    """Every error: what is wrong and the remedy; status 400, 404, 409, 413, 422, 429, 503."""

    error: str
    remedy: str
    where: str
    said: Words | None = None
    """Both in every language; what no language has a sentence for is told by its kind."""
