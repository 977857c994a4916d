"""How much work goes into compiling a program: little, where it is large and soon done."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

LITTLE = ({"xla_backend_optimization_level": 0}, {"xla_cpu_use_fusion_emitters": False})
"""Options of the compiler for processors, each asked for by itself: other versions of it may not know them."""


def soon(function: Callable[P, R]) -> Callable[P, R]:
    """A function compiled with little work, for programs that take longer to compile than to run.

    What that gains and costs is measured by benchmarks/compiling.py.
    It can be called by itself only, not within another compiled function.
    """

    @lru_cache(maxsize=1)
    def made() -> Callable[P, R]:
        import jax

        return jax.jit(function, compiler_options=_known())

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        return made()(*args, **kwargs)

    return called


@lru_cache(maxsize=1)
def _known() -> dict[str, Any]:
    """Those options that the compiler at hand takes; none where no processor computes."""
    import jax

    taken: dict[str, Any] = {}
    if jax.default_backend() != "cpu":
        return taken
    for option in LITTLE:
        try:
            jax.jit(lambda x: x + 1, compiler_options=option)(0.0)
        except jax.errors.JaxRuntimeError:
            continue
        taken |= option
    return taken
