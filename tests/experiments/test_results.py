"""Verdicts, counts and fits obey their definitions, and the page says what the evidence holds."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from hinterland.cli.experiments import published, said
from hinterland.cli.main import app
from hinterland.experiments import inference
from hinterland.experiments.catalogue import Experiment, catalogue
from hinterland.experiments.results import MISSED, NONE, NOT_NULL, NULL, SIGN, SIZE, WRONG, Finding, counts, told
from hinterland.experiments.worlds import lattice
from hinterland.params import load
from hinterland.space.commuting import daily

ROOT = Path(__file__).parents[2]
EVIDENCE = ROOT / "docs" / "evidence"
PAGE = ROOT / "docs" / "experiments.md"


def test_the_command_says_why_an_experiment_is_not_run() -> None:
    answer = CliRunner().invoke(app, ["experiments", "E14"])
    assert answer.exit_code == 2
    assert "no productivity of their own" in answer.stderr


def experiment(**fields: object) -> Experiment:
    usual = {
        "id": "E90", "family": "jobs", "event": "e", "place": "p", "period": "t", "unit": "u", "outcome": "o",
        "measure": "%", "horizon": 10.0, "source": "s", "sure": "A", "role": "test",
    }  # fmt: skip
    return Experiment.model_validate(usual | fields)


@pytest.mark.parametrize(
    ("simulated", "verdict"),
    [(-4.0, SIZE), (-8.0, SIZE), (-2.0, SIZE), (-1.9, MISSED), (-8.1, MISSED), (-0.19, NONE), (0.19, NONE), (3, WRONG)],
)
def test_a_size_without_an_interval_is_right_within_a_factor_of_two(simulated: float, verdict: str) -> None:
    assert Finding(experiment(kind="size", effect=-4.0), simulated).verdict == verdict


@pytest.mark.parametrize(("simulated", "verdict"), [(5.0, SIZE), (3.9, MISSED), (6.1, MISSED), (-5, WRONG)])
def test_a_published_interval_is_kept_to(simulated: float, verdict: str) -> None:
    assert Finding(experiment(kind="size", effect=5.0, low=4.0, high=6.0), simulated).verdict == verdict


@pytest.mark.parametrize(
    ("fields", "simulated", "verdict"),
    [
        ({"kind": "sign", "direction": "down", "least": 0.5}, -0.6, SIGN),
        ({"kind": "sign", "direction": "down", "least": 0.5}, -0.4, NONE),
        ({"kind": "sign", "direction": "down", "least": 0.5}, 0.6, WRONG),
        ({"kind": "null", "tolerance": 2.0, "because": "so"}, -1.9, NULL),
        ({"kind": "null", "tolerance": 2.0, "because": "so"}, 2.1, NOT_NULL),
    ],
)
def test_signs_and_nulls(fields: dict[str, object], simulated: float, verdict: str) -> None:
    assert Finding(experiment(**fields), simulated).verdict == verdict


def test_counts_are_of_those_asked_for() -> None:
    found = [
        Finding(experiment(kind="size", effect=1.0), 1.0),
        Finding(experiment(kind="size", effect=1.0), 9.0),
        Finding(experiment(kind="sign", direction="up", least=0.1), -1.0),
        Finding(experiment(kind="size", effect=1.0, role="fit"), 1.0),
    ]
    test, every = counts(found, "test"), counts(found)
    assert (test.signs, test.all, test.sizes, test.sized) == (2, 3, 1, 2)
    assert (every.signs, every.all, every.sizes, every.sized) == (3, 4, 2, 3)


def test_records_are_fit_for_json() -> None:
    for one in catalogue().experiment:
        again = json.loads(json.dumps(Finding(one, -1.0).record(), allow_nan=False))
        assert again["id"] == one.id
        assert again["simulated"] == -1.0


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import experiments

    yield experiments
    sys.modules.pop("experiments", None)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_csv(EVIDENCE / "experiments.csv")


def test_the_page_is_that_of_the_evidence(table, tool):
    written = PAGE.read_text(encoding="utf-8")
    fitted = (pd.read_csv(tool.FIT), pd.read_csv(tool.PROFILE))
    assert written == tool.page(written, table, pd.read_csv(tool.SELECTION), fitted)


def test_the_evidence_holds_every_experiment_with_its_misses(table):
    listed = {one.id: one for one in catalogue().experiment}
    assert list(table["id"]) == list(listed)
    found = told(dict(zip(table["id"], table["simulated"], strict=True)), catalogue())
    for each, verdict, role in zip(found, table["verdict"], table["role"], strict=True):
        assert each.verdict == verdict, each.experiment.id
        assert each.experiment.role == role
    written = PAGE.read_text(encoding="utf-8")
    assert said(counts(found)) in written
    assert said(counts(found, "test")) in written
    for each in found:
        assert f"| {each.experiment.id} |" in written
        assert published(each) in written


def test_the_page_says_how_many_work_at_home_as_the_kernel_has_it():
    words = PAGE.read_text(encoding="utf-8")
    x, y = lattice(8, 40.0)
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    inside = 19
    assert np.isclose(distance[inside], 40.0).sum() == 6
    for scale, share in ((25.0, "23%"), (float(load().value("commute_scale")), "71%")):
        weights = daily(distance, np.full(len(x), 0.866 * 40.0**2), scale=scale)[inside]
        assert f"{weights[inside] / weights.sum():.0%}" == share
        assert f"{scale:g} km" in words
        assert share in words


def test_the_weight_of_a_market_halves_every_half_hour_as_the_page_says():
    value = load().value
    assert "The weight of a market halves every half hour" in PAGE.read_text(encoding="utf-8")
    half = np.log(2) * float(value("market_scale"))
    assert half / (float(value("road_speed")) / float(value("road_detour"))) == pytest.approx(0.5, rel=0.01)


def test_closures_by_demand_look_worse_than_they_are():
    for _, before, naive, adjusted, true in pd.read_csv(EVIDENCE / "selection.csv").itertuples(index=False):
        assert before < 0
        assert naive < true < 0
        assert abs(adjusted - true) < abs(naive - true)


def test_a_fit_finds_the_values_that_made_the_effects(monkeypatch):
    """With effects linear in the log of two coefficients and priors that hardly hold, their values come back."""
    parameters = load()
    names = ("commute_scale", "job_market")
    sized = [one for one in inference.chosen() if one.kind == "size"][:4]
    slopes = np.array([[1.0, 0.5], [-0.5, 1.0], [0.3, 0.3], [1.0, -1.0]])
    truth = np.array([-0.4, 0.3])

    def missed(bench, fitted):
        values = [bench.parameters.value(name) / parameters.value(name) for name in names]
        return 100 * slopes @ (np.log(values) - truth)

    monkeypatch.setattr(inference, "misses", missed)
    monkeypatch.setattr(inference, "chosen", lambda: tuple(sized))
    found = inference.fit(parameters, names)
    np.testing.assert_allclose(np.log(found.multiples), truth, atol=1e-3)
    assert found.misses[1] < 1e-3 * found.misses[0]
    assert all(low < value < high for low, value, high in zip(found.low, found.multiples, found.high, strict=True))
    assert found.values(parameters)["commute_scale"] == pytest.approx(
        parameters.value("commute_scale") * np.exp(-0.4), rel=1e-3
    )


def test_a_fit_is_held_by_priors_and_ranges_and_takes_few_coefficients():
    parameters = load()
    assert inference.prior_spread(parameters["commute_scale"]) == pytest.approx(np.log(20 / 12) / inference.Z90)
    far = inference.scaled(parameters, ("commute_scale", "pull_income"), np.array([9.0, 9.0]))
    assert far["commute_scale"] == parameters["commute_scale"].range[1]
    assert max(far["pull_income"]) == parameters["pull_income"].range[1]
    with pytest.raises(ValueError, match="7 coefficients"):
        inference.fit(parameters, ("push",) * 7)


@pytest.mark.parametrize(
    ("fields", "simulated", "missed"),
    [
        ({"kind": "size", "effect": -4.0}, -3.0, 0.5),
        ({"kind": "size", "effect": 5.0, "low": 4.0, "high": 6.0}, 6.0, 1.645),
        ({"kind": "null", "tolerance": 2.0, "because": "so"}, -2.0, -1.645),
        ({"kind": "sign", "direction": "down", "least": 0.5}, -9.0, 0.0),
        ({"kind": "sign", "direction": "down", "least": 0.5}, -0.25, -0.5),
        ({"kind": "sign", "direction": "down", "least": 0.5}, 9.0, -2.0),
    ],
)
def test_misses_are_in_standard_errors(fields: dict[str, object], simulated: float, missed: float) -> None:
    assert inference.miss(experiment(**fields), simulated) == pytest.approx(missed, abs=1e-3)


def test_nothing_of_the_test_half_is_fitted() -> None:
    assert {one.role for one in inference.chosen()} == {"fit"}
    assert len(inference.chosen()) > 15
