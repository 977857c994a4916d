"""Programs compiled with little work compute what others do, and ask for no option that the compiler does not know."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hinterland import compiling


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    compiling._known.cache_clear()
    yield
    compiling._known.cache_clear()


def curve(x: jax.Array) -> jax.Array:
    return jnp.sum(jnp.tanh(x) ** 2)


def test_the_value_and_gradient_are_those_of_the_usual_way() -> None:
    at = jnp.linspace(-2, 2, 7)
    found = compiling.soon(jax.value_and_grad(curve))(at)
    for one, other in zip(found, jax.jit(jax.value_and_grad(curve))(at), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


def test_options_that_the_compiler_does_not_know_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "LITTLE", ({"xla_of_another_version": 1}, *compiling.LITTLE))
    assert "xla_of_another_version" not in compiling._known()
    assert float(compiling.soon(curve)(jnp.zeros(3))) == 0


def test_its_options_are_taken_by_the_compiler_of_the_constraints() -> None:
    if jax.default_backend() == "cpu":
        assert set(compiling._known()) == {name for option in compiling.LITTLE for name in option}
