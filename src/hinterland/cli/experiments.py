"""Natural experiments on the command line: all of them, or one in full."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from hinterland.cli.console import progress_bar
from hinterland.experiments.catalogue import catalogue
from hinterland.experiments.results import Counts, Finding, counts, findings, study_of
from hinterland.experiments.runs import Bench
from hinterland.experiments.selection import SETTINGS, Selected, selected
from hinterland.experiments.studies import STUDIES
from hinterland.params import load


def experiments(name: str | None, *, as_json: bool) -> Iterator[str]:
    """Lines on every experiment, or on one; InputError where there is none of this name, or where it is not run."""
    studies = STUDIES if name is None else (study_of(name),)
    bench = Bench(load())
    with progress_bar() as progress:
        found = findings(bench, studies, progress)
    if name is not None:
        (one,) = [each for each in found if each.experiment.id == name]
        yield from (json.dumps(one.record(), ensure_ascii=False, indent=1),) if as_json else _one(one)
        return
    biased = tuple(selected(bench, service) for service in SETTINGS)
    yield from (_json(found, biased),) if as_json else _all(found, biased)


def published(finding: Finding) -> str:
    """What the study says, in few words."""
    one = finding.experiment
    if one.kind == "null":
        return f"none (±{one.tolerance:g})"
    if one.effect is None:
        return f"{one.direction}"
    return f"{one.effect:g}"


def interval(finding: Finding) -> str:
    """Within which a size is right."""
    one = finding.experiment
    if one.kind == "sign":
        return ""
    low, high = one.bounds
    return f"{low:g} to {high:g}" + ("" if one.low is not None or one.kind == "null" else " (factor two)")


def _all(found: Sequence[Finding], biased: Sequence[Selected]) -> Iterator[str]:
    yield f"{'id':<5} {'simulated':>10} {'published':>12}  {'right within':<28} {'verdict':<12} {'role':<5} outcome"
    for each in found:
        one = each.experiment
        yield (
            f"{one.id:<5} {each.simulated:>10.3g} {published(each):>12}  {interval(each):<28} {each.verdict:<12} "
            f"{one.role:<5} {one.event}, {one.place}: {one.outcome} ({one.measure})"
        )
    yield ""
    yield f"All: {said(counts(found))}. Kept for testing: {said(counts(found, 'test'))}."
    yield "Closures where demand fell most, per cent of people in ten years, closed against kept:"
    for each in biased:
        yield (
            f"  {each.service:<9} naive {each.naive:+.1f}, less the trend before {each.adjusted:+.1f}, "
            f"true {each.true:+.1f}"
        )
    yield "Not run:"
    for left in catalogue().left_out:
        yield f"  {left.id} {left.event}, {left.place}: {left.missing}"


def said(of: Counts) -> str:
    """Counts in words."""
    return f"sign or null right in {of.signs} of {of.all}, size right in {of.sizes} of {of.sized}"


def _one(finding: Finding) -> Iterator[str]:
    one = finding.experiment
    yield f"{one.id} {one.event}, {one.place}, {one.period}"
    yield f"Outcome: {one.outcome} ({one.measure}) {one.horizon:g} years later; unit: {one.unit}"
    yield f"Published: {published(finding)}; right within: {interval(finding) or 'the sign'}"
    yield f"Simulated: {finding.simulated:.3g}: {finding.verdict}"
    yield f"Role: {one.role}" + (f"; it has already set {', '.join(one.used)}" if one.used else "")
    yield f"World: {_world(one.id)}"
    for label, text in (("Tolerance", one.because), ("Note", one.note)):
        if text:
            yield f"{label}: {text}"
    yield f"Source ({one.sure}): {one.source}"


def _world(name: str) -> str:
    """What the design says of its world."""
    return " ".join((study_of(name).simulate.__doc__ or "").split())


def _json(found: Sequence[Finding], biased: Sequence[Selected]) -> str:
    every, test = counts(found), counts(found, "test")
    told = {
        "experiments": [each.record() for each in found],
        "counts": {
            kind: {"signs": of.signs, "all": of.all, "sizes": of.sizes, "sized": of.sized}
            for kind, of in (("all", every), ("test", test))
        },
        "selection": [
            {"service": b.service, "before": b.before, "naive": b.naive, "adjusted": b.adjusted, "true": b.true}
            for b in biased
        ],
        "not_run": [each.model_dump(mode="json") for each in catalogue().left_out],
    }
    return json.dumps(told, ensure_ascii=False, indent=1)
