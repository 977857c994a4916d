"""What is asked of the live model and what it answers: why, levers, simulations, policies, and their jobs."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from hinterland.web.schemas import Record, Words
from hinterland.web.schemas_claims import Card


class Part(Record):
    """What one mechanism adds to a change."""

    name: str
    label: Words
    points: float
    """Percentage points of the people of the first year."""
    low: float | None
    high: float | None
    people: float


class Moved(Record):
    """Moves between this place and another."""

    code: str
    name: str
    name_en: str
    people: float
    """Net to (positive) or from this place over the period."""
    by_age: dict[str, float]


class Why(Record):
    """POST /api/places/{code}/why {from, to} -> Job with this result; parts sum to the change."""

    code: str
    first: int
    last: int
    people: float
    change: float
    """Percentage points."""
    parts: list[Part]
    """Unexplained first when largest; interaction among them."""
    moved: list[Moved]
    words: list[Words]
    record: bool
    """Whether the period is of the past."""


class WhyAsked(Record):
    """Body of POST /api/places/{code}/why; years are ends of steps of a run through both."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    first: int = Field(alias="from")
    last: int = Field(alias="to")
    members: int = Field(default=0, ge=0, le=64)
    """Futures that bands of parts are taken from; none by default, as each takes seconds."""


class Lever(Record):
    """GET /api/places/{code}/levers -> list[Lever]."""

    name: str
    label: Words
    says: Words
    kind: Literal["amount", "switch"]
    unit: Words
    low: float
    high: float
    step: float
    default: float
    """The base: nothing changed."""
    cost: float | None
    """Money per `per`, in `currency`; None where no source gives one."""
    per: Words
    currency: Words
    source: Words
    status: str
    usable: bool
    unusable: Words | None


class LeverValue(Record):
    """A lever at an amount; a switch is on at 1."""

    name: str
    amount: float = Field(allow_inf_nan=False)


class Simulate(Record):
    """POST /api/simulate?run= -> Job; its result, and each `partial` event, is an Answer."""

    place: str
    levers: list[LeverValue] = Field(max_length=32)
    scenario: str = ""
    """Also run under a scenario of the package, or a sum of them."""
    start: int | None = None
    until: int | None = None
    members: int | None = Field(default=None, ge=2, le=1000)


class Elsewhere(Record):
    """What another place loses or gains."""

    code: str
    name: str
    name_en: str
    change: float
    """Persons, in the last year."""


class Answer(Record):
    """The base band and the band with the levers, on common random numbers."""

    place: str
    members: int
    of: int
    years: list[int]
    levels: list[float]
    base: list[list[float]]
    changed: list[list[float]]
    difference: list[list[float]]
    """[level][year] of the members' own differences, persons."""
    elsewhere: list[Elsewhere]
    """Largest losses and gains at other places."""
    cost: float | None
    """Money a year in the last step, where every lever used has one."""
    words: list[Words]
    seconds: float


class Progress(Record):
    """How far a job is."""

    done: int
    total: int
    what: Words


class Scenario(Record):
    """GET /api/scenarios -> list[Scenario]."""

    name: str
    title: Words
    says: Words
    source: Words
    claims: list[str]
    changes: list[Words]
    usable: bool


class Policy(Record):
    """POST /api/policy?run= -> Job with a Reached."""

    place: str
    keep: float = Field(gt=0, le=3, allow_inf_nan=False)
    by: int


class Bought(Record):
    """A lever of a mix, and what it costs."""

    name: str
    label: Words
    amount: float
    unit: Words
    cost: float | None


class Reached(Record):
    """What would keep a share of people at a place, and whether anything does."""

    place: str
    keep: float
    by: int
    reached: bool
    words: list[Words]
    bought: list[Bought]
    people: list[float]
    """10%, 50%, 90% with the policy in the target year."""
    base: list[float]
    per_person: list[float] | None
    elsewhere: list[Elsewhere]
    toml: str


class Job(Record):
    """202 of a POST; GET /api/jobs/{id}; DELETE cancels.

    GET /api/jobs/{id}/events streams server-sent events: `progress` (Progress), `partial` and `done` (the result),
    `failed` ({error}), `cancelled`.
    """

    id: str
    kind: Literal["simulate", "why", "policy", "claims"]
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    position: int
    progress: Progress | None
    error: str | None
    result: Answer | Why | Reached | Card | None
