"""Pull against its own sum, its signs by life stage, the limit of feedback, and what a climate is worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hinterland.axes import LIFE_STAGES
from hinterland.model.amenity import Taste, amenity, amenity_change, taste
from hinterland.model.pull import MOST_FEEDBACK, Response, Signals, feedback, pull, push, response
from hinterland.params import load

STAGES = len(LIFE_STAGES)


@pytest.fixture(autouse=True)
def _doubles() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def usual() -> Response:
    parameters = load()
    return response({name: parameters.value(name) for name in parameters})


def usual_taste() -> Taste:
    parameters = load()
    return taste({name: parameters.value(name) for name in parameters})


def still(places: int = 3) -> Signals:
    zeros = jnp.zeros(places)
    return Signals(income=zeros, access=zeros, rent=zeros, nonemployment=zeros)


def test_the_base_year_has_no_pull_of_its_own() -> None:
    assert not np.asarray(pull(still(), usual())).any()
    assert not np.asarray(push(still(), usual())).any()
    assert pull(still(), usual()).shape == (3, STAGES)


def test_pull_is_the_sum_of_its_terms() -> None:
    acting = usual()
    changed = Signals(
        income=jnp.array([0.1, 0.0]), access=jnp.array([0.0, 0.2]), rent=jnp.array([0.3, -0.4]),
        nonemployment=jnp.array([0.05, 0.0]),
    )  # fmt: skip
    weather = jnp.array([0.01, -0.02])
    expected = np.stack([
        0.1 * acting.income - 0.3 * acting.rent + 0.01 * acting.amenity,
        0.2 * acting.access + 0.4 * acting.rent - 0.02 * acting.amenity,
    ])  # fmt: skip
    np.testing.assert_allclose(pull(changed, acting, weather), expected, rtol=1e-12)
    np.testing.assert_allclose(push(changed, acting), np.stack([0.05 * acting.push, 0 * acting.push]))


def strongest(change: jax.Array) -> str:
    return LIFE_STAGES.labels[int(jnp.abs(change).argmax())]


def test_life_stages_answer_what_concerns_them() -> None:
    one = jnp.ones(1)
    acting = usual()
    assert strongest(pull(replace(still(1), income=one), acting)[0]) in ("20-24", "25-29")
    assert strongest(pull(replace(still(1), rent=one), acting)[0]) in ("25-29", "30-44")
    assert strongest(pull(still(1), acting, one)[0]) == "60+"
    assert strongest(push(replace(still(1), nonemployment=one), acting)[0]) in ("25-29", "30-44")
    old = LIFE_STAGES.labels.index("60+")
    assert float(acting.income[old]) < 0.2 * float(acting.income.max())


def test_feedback_is_the_largest_sum_of_each_member_and_below_its_limit() -> None:
    acting = usual()
    assert float(feedback(acting)) == pytest.approx(float((acting.income + acting.access).max()))
    assert float(feedback(acting)) < MOST_FEEDBACK
    two = jax.tree.map(lambda x: jnp.stack([x, 3 * x]), acting)
    np.testing.assert_allclose(feedback(two), np.array([1, 3]) * float(feedback(acting)), rtol=1e-6)


def test_a_response_needs_every_life_stage() -> None:
    parameters = load()
    values = {name: parameters.value(name) for name in parameters}
    with pytest.raises(ValueError, match="life stages"):
        response(values | {"pull_rent": 0.3})


def test_members_and_places_broadcast() -> None:
    two = jax.tree.map(lambda x: jnp.stack([x, x]), usual())
    signals = jax.tree.map(lambda x: jnp.ones((2, 3)), still())
    assert pull(signals, two, jnp.ones((2, 3))).shape == (2, 3, STAGES)


def test_warm_winters_and_cool_summers_are_liked() -> None:
    degrees = jnp.array([-20.0, -10.0, 0.0, 10.0])
    winters = amenity(degrees, jnp.full(4, 24.0), usual_taste())
    assert (np.diff(winters) > 0).all()
    summers = amenity(jnp.full(4, 5.0), jnp.array([18.0, 22.0, 26.0, 30.0]), usual_taste())
    assert (np.diff(summers) < 0).all()


def test_far_from_comfort_ten_degrees_cost_their_weight() -> None:
    acting = usual_taste()
    cold = amenity(jnp.array([-15.0, -25.0]), jnp.full(2, 18.0), acting)
    assert float(cold[0] - cold[1]) == pytest.approx(float(acting.cold), rel=1e-3)
    hot = amenity(jnp.full(2, 10.0), jnp.array([35.0, 45.0]), acting)
    assert float(hot[0] - hot[1]) == pytest.approx(float(acting.heat), rel=1e-2)


def test_the_cold_month_is_july_south_of_the_equator() -> None:
    north = amenity(jnp.array([2.0]), jnp.array([25.0]), usual_taste())
    south = amenity(jnp.array([25.0]), jnp.array([2.0]), usual_taste())
    np.testing.assert_allclose(north, south)


def test_warming_helps_the_cold_and_harms_the_hot() -> None:
    acting, none = usual_taste(), jnp.asarray(1.0)
    january, july = jnp.array([-20.0, 14.0]), jnp.array([19.0, 29.0])
    change = amenity_change(
        amenity(january + 2, july + 1, acting), amenity(january, july, acting), none
    )  # fmt: skip
    assert float(change[0]) > 0 > float(change[1])


def test_a_growing_taste_parts_good_climates_from_bad_ones() -> None:
    base = jnp.array([-0.05, -0.25])
    np.testing.assert_allclose(amenity_change(base, base, jnp.asarray(1.0)), 0.0)
    grown = amenity_change(base, base, jnp.array([1.2, 1.0]))
    np.testing.assert_allclose(grown, [[-0.01, -0.05], [0.0, 0.0]], atol=1e-15)
