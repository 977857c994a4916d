"""The time that is left is told once there is a pace, and leaves out what is done only once."""

from __future__ import annotations

import pytest

from hinterland.cli.console import Left


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def reported(clock: Clock, *steps: tuple[float, int]) -> Left:
    left = Left(clock)
    for seconds, done in steps:
        clock.now += seconds
        left.report(done)
    return left


def test_nothing_is_told_before_there_is_a_pace(clock: Clock) -> None:
    assert reported(clock).seconds(100) is None
    assert reported(clock, (60, 10)).seconds(100) is None
    assert reported(clock, (60, 10), (5, 10)).seconds(100) is None


def test_compiling_does_not_count(clock: Clock) -> None:
    assert reported(clock, (60, 16), (4, 32)).seconds(96) == pytest.approx(16)
    assert reported(clock, (60, 16), (4, 32), (8, 48)).seconds(96) == pytest.approx(6 * 48 / 16)


def test_time_goes_on_between_reports_and_never_below_nothing(clock: Clock) -> None:
    left = reported(clock, (60, 16), (4, 32))
    clock.now += 10
    assert left.seconds(96) == pytest.approx(6)
    clock.now += 10
    assert left.seconds(96) == 0


def test_work_that_begins_anew_has_its_own_pace(clock: Clock) -> None:
    left = reported(clock, (60, 16), (4, 32), (4, 48), (30, 16))
    assert left.seconds(48) is None
    clock.now += 1
    left.report(32)
    assert left.seconds(48) == pytest.approx(1)
