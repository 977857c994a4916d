"""Fits with an effect of every origin are those of the general estimator, and planted coefficients are found."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hinterland.calibrate import constrained
from hinterland.calibrate.constrained import production_constrained
from hinterland.errors import InputError

PLANTED = np.array([0.7, -1.2])


def pairs(seed: int, *, places: int = 60, level: float = 6.0, weighted: bool = False) -> dict[str, Any]:
    """People drawn between places on a square; five origins a cluster, the rows in no order."""
    draw = np.random.default_rng(seed)
    x, y = draw.uniform(0, 1000, (2, places))
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    origin, destination = np.nonzero(~np.eye(places, dtype=np.bool_))
    mass = draw.normal(0, 1, places)
    columns = {"mass": mass[destination], "distance": np.log(distance[origin, destination])}
    offset = draw.normal(0, 0.3, len(origin)) if weighted else np.zeros(len(origin))
    leaving = draw.normal(0, 1, places)[origin]
    expected = np.exp(level + PLANTED @ np.stack(list(columns.values())) + offset + leaving)
    order = draw.permutation(len(origin))
    return {
        "columns": {name: of[order] for name, of in columns.items()},
        "people": draw.poisson(expected).astype(np.float64)[order],
        "origin": origin[order],
        "cluster": origin[order] // 5,
        **({"weight": draw.uniform(0.5, 3, len(order)), "offset": offset[order]} if weighted else {}),
    }


def general(given: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """The same by pyfixest, asked for all that it can be exact to."""
    estimator = pytest.importorskip("pyfixest", reason="the extra `calibrate` is not installed").fepois
    import pandas as pd

    rows = {name: of for name, of in given.items() if name != "columns"}
    rows = {"weight": np.ones(len(given["people"])), "offset": np.zeros(len(given["people"]))} | rows
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", UserWarning)
        found = estimator(
            f"people ~ {' + '.join(given['columns'])} | origin",
            data=pd.DataFrame(given["columns"] | rows),
            vcov={"CRV1": "cluster"},
            weights="weight",
            offset="offset",
            fixef_rm="none",
            iwls_tol=1e-12,
            fixef_tol=1e-12,
        )
    return found.coef().to_numpy(), np.asarray(found._vcov)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("level", [6.0, 2.5])
@pytest.mark.parametrize("seed", [0, 1])
def test_coefficients_and_covariance_are_those_of_pyfixest(seed: int, level: float, weighted: bool) -> None:
    given = pairs(seed, level=level, weighted=weighted)
    value, covariance = production_constrained(**given)
    known, its_covariance = general(given)
    np.testing.assert_allclose(value, known, atol=1e-8)
    np.testing.assert_allclose(covariance, its_covariance, rtol=1e-6)


def test_origins_that_nobody_left_change_nothing() -> None:
    given = pairs(2, level=3.0)
    gone = np.isin(given["origin"], [4, 17])
    given["people"] = np.where(gone, 0.0, given["people"])
    whole = production_constrained(**given)
    there = {name: of[~gone] for name, of in given.items() if name != "columns"}
    part = production_constrained({name: of[~gone] for name, of in given["columns"].items()}, **there)
    for one, other in zip(whole, part, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-8)


def test_planted_coefficients_are_found_within_four_standard_errors() -> None:
    value, covariance = production_constrained(**pairs(3))
    np.testing.assert_array_less(np.abs(value - PLANTED), 4 * np.sqrt(np.diag(covariance)))


def test_pieces_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    given = pairs(4, weighted=True)
    whole = production_constrained(**given)
    monkeypatch.setattr(constrained, "PIECE", 70)
    for one, other in zip(whole, production_constrained(**given), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-8)


def test_what_an_origin_alone_decides_makes_no_difference() -> None:
    """Its effect takes up any number that is added to all its offsets, however large."""
    given = pairs(5, weighted=True)
    moved = given | {"offset": given["offset"] + 700.0 * (given["origin"] - 30)}
    for one, other in zip(production_constrained(**given), production_constrained(**moved), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def _replaced(name: str, value: float) -> Callable[[dict[str, Any]], None]:
    def change(given: dict[str, Any]) -> None:
        given[name] = given[name].astype(np.float64)
        given[name][3] = value

    return change


def _with(name: str, column: Callable[[dict[str, Any]], np.ndarray]) -> Callable[[dict[str, Any]], None]:
    def change(given: dict[str, Any]) -> None:
        given["columns"][name] = column(given)

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_replaced("people", -1.0), "people of pair 3 is -1"),
        (_replaced("people", np.nan), "people of pair 3 is nan"),
        (_replaced("weight", 0.0), "weight of pair 3 is 0"),
        (_replaced("offset", np.inf), "offset of pair 3 is inf"),
        (_with("mass", lambda given: np.where(given["cluster"] >= 0, np.nan, 0.0)), "mass of pair 0 is nan"),
        (_with("twice", lambda given: 2 * given["columns"]["mass"] - 1), "twice cannot be told apart"),
        (_with("leaver", lambda given: np.sqrt(given["origin"])), "leaver cannot be told apart"),
        (_with("same", lambda given: np.full(len(given["origin"]), 100.0)), "same cannot be told apart"),
        (lambda given: given.update(people=np.zeros(3540)), "nobody moved"),
        (lambda given: given.update(people=np.where(given["origin"] == 7, 5.0, 0.0)), "in one cluster"),
        (lambda given: given.update(cluster=np.arange(3540)), "rows of one origin are in two clusters"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change: Callable[[dict[str, Any]], None], message: str) -> None:
    given = pairs(6, weighted=True)
    change(given)
    with pytest.raises(InputError, match=message):
        production_constrained(**given)


def test_a_column_that_alone_decides_where_people_go_is_refused() -> None:
    given = pairs(7)
    given["columns"]["open"] = (given["columns"]["mass"] > 0).astype(np.float64)
    given["people"] = given["people"] * given["columns"]["open"]
    with pytest.raises(InputError, match=r"cannot be told apart|grow without end"):
        production_constrained(**given)


def test_no_pairs_are_refused() -> None:
    none, nobody = np.zeros(0), np.zeros(0, np.int64)
    with pytest.raises(InputError, match="nobody moved"):
        production_constrained({"mass": none}, people=none, origin=nobody, cluster=nobody)
