"""The rules that turn a claim's lines into a verdict. What the model says if the claim were true counts for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from hinterland.explain.claims.observed import Outcome

Line = Literal["supports", "contradicts", "mixed", "unclear", "missing"]
"""What all tests on data say together."""
Gain = Literal["better", "worse", "no difference", "missing"]
"""What back-tests do when the mechanism is in."""
Verdict = Literal["holds", "holds partly", "does not hold", "cannot be told here"]

MATTERS: Final = 0.05
"""Points of mean error from which a mechanism makes a difference to back-tests."""

_RULES: Final[dict[tuple[Line, Gain], Verdict]] = {
    ("supports", "better"): "holds",
    ("supports", "no difference"): "holds",
    ("supports", "missing"): "holds",
    ("supports", "worse"): "holds partly",
    ("mixed", "better"): "holds partly",
    ("mixed", "no difference"): "holds partly",
    ("mixed", "missing"): "holds partly",
    ("mixed", "worse"): "holds partly",
    ("contradicts", "better"): "holds partly",
    ("contradicts", "no difference"): "does not hold",
    ("contradicts", "missing"): "does not hold",
    ("contradicts", "worse"): "does not hold",
    ("unclear", "better"): "holds partly",
    ("unclear", "no difference"): "cannot be told here",
    ("unclear", "missing"): "cannot be told here",
    ("unclear", "worse"): "cannot be told here",
    ("missing", "better"): "holds partly",
    ("missing", "no difference"): "cannot be told here",
    ("missing", "missing"): "cannot be told here",
    ("missing", "worse"): "does not hold",
}
"""A forecast that gets better shows part of a claim, as other mechanisms could make it so; one that does not shows
nothing against what data bear out, since a forecast can do without what is true."""


def line(outcomes: Sequence[Outcome]) -> Line:
    """What the tests of a claim say together; those that could not be made say nothing."""
    told: set[Line] = {one for one in outcomes if one != "missing"}
    if not told:
        return "missing"
    return told.pop() if len(told) == 1 else "mixed"


def gain(points: Sequence[float]) -> Gain:
    """What errors without a mechanism, less those with it, in points, say of it."""
    if not points:
        return "missing"
    mean = sum(points) / len(points)
    return "better" if mean >= MATTERS else "worse" if mean <= -MATTERS else "no difference"


def verdict(data: Line, prediction: Gain, *, whole: bool = True) -> Verdict:
    """The verdict on a claim; `whole` is false where the tests speak to a part of it or to a stand-in."""
    found = _RULES[data, prediction]
    return "holds partly" if found == "holds" and not whole else found
