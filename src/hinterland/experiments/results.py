"""What comes out: every experiment's simulated effect beside the published one, with a verdict and the counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hinterland.data.faults import nearest
from hinterland.errors import InputError
from hinterland.experiments.catalogue import Catalogue, Experiment, Role, catalogue
from hinterland.experiments.runs import Bench
from hinterland.experiments.studies import STUDIES, Study

Progress = Callable[[int, int, str], None]

SIZE, SIGN, NULL, MISSED, NONE, WRONG, NOT_NULL = VERDICTS = (
    "size right",
    "sign right",
    "null right",
    "size missed",
    "no effect",
    "wrong sign",
    "not null",
)
"""`sign right` is for studies that give no size; `size missed` has the right sign."""
RIGHT: Final = (SIZE, SIGN, NULL, MISSED)
"""Those in which the sign, or the null, is right."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One experiment as the model has it."""

    experiment: Experiment
    simulated: float
    """In the measure of the experiment."""

    @property
    def verdict(self) -> str:
        """One of `VERDICTS`."""
        low, high = self.experiment.bounds
        inside = low <= self.simulated <= high
        if self.experiment.kind == "null":
            return NULL if inside else NOT_NULL
        if abs(self.simulated) < self.experiment.threshold:
            return NONE
        if self.simulated * self.experiment.sign < 0:
            return WRONG
        if self.experiment.kind == "sign":
            return SIGN
        return SIZE if inside else MISSED

    def record(self) -> dict[str, Any]:
        """Fit for JSON."""
        told = self.experiment.model_dump(mode="json", exclude_none=True)
        low, high = self.experiment.bounds
        bounds = {} if self.experiment.kind == "sign" else {"right_from": low, "right_to": high}
        return {**told, **bounds, "simulated": self.simulated, "verdict": self.verdict}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many came out right."""

    signs: int
    """Signs and nulls that are right, of `all`."""
    all: int
    sizes: int
    """Sizes that are right, of `sized`."""
    sized: int


def counts(findings: Sequence[Finding], role: Role | None = None) -> Counts:
    """Of all findings, or of those of one role."""
    chosen = [each for each in findings if role in (None, each.experiment.role)]
    sized = [each for each in chosen if each.experiment.kind == "size"]
    return Counts(
        signs=sum(each.verdict in RIGHT for each in chosen),
        all=len(chosen),
        sizes=sum(each.verdict == SIZE for each in sized),
        sized=len(sized),
    )


def study_of(name: str) -> Study:
    """The study that an experiment's id belongs to; InputError where it is not run, with what is missing."""
    for study in STUDIES:
        if name in study.ids:
            return study
    for left in catalogue().left_out:
        if left.id == name:
            raise InputError(
                f"{name} ({left.event}, {left.place}) is not run: {left.missing[:1].lower()}{left.missing[1:]}",
                remedy="hinterland experiments lists those that are",
                where="experiment",
            )
    known = [each for study in STUDIES for each in study.ids]
    raise InputError(
        f"there is no experiment {name!r}",
        remedy=f"{nearest(name, known)}There are {', '.join(sorted(known))}",
        where="experiment",
    )


def findings(bench: Bench, studies: Sequence[Study] = STUDIES, progress: Progress | None = None) -> tuple[Finding, ...]:
    """The experiments of studies, in the order of the catalogue."""
    found: dict[str, float] = {}
    for done, study in enumerate(studies):
        if progress is not None:
            progress(done, len(studies), "experiments")
        found |= study.simulate(bench)
    if progress is not None:
        progress(len(studies), len(studies), "experiments")
    return told(found, catalogue())


def told(simulated: dict[str, float], listed: Catalogue) -> tuple[Finding, ...]:
    """Simulated effects by id beside the catalogue's, in its order."""
    return tuple(Finding(each, simulated[each.id]) for each in listed.experiment if each.id in simulated)
