"""What a process that works for another one keeps: the work that tasks have in common, and how a task is done."""

from __future__ import annotations

import pickle
import platform
from typing import Any, Final

import hinterland
from hinterland.errors import InputError

_BROUGHT: Final[dict[str, bytes]] = {}
"""Work as it came, by its key."""
_READY: Final[dict[str, Any]] = {}


def bring(key: str, work: bytes) -> None:
    """Keeps work, a pickled function of one argument, for tasks to come."""
    _BROUGHT[key] = work


def drop(key: str) -> None:
    """Forgets work whose tasks are done."""
    _BROUGHT.pop(key, None)
    _READY.pop(key, None)


def done(key: str, told: tuple[str, ...], item: bytes) -> Any:
    """What the work makes of one pickled item; InputError where this process has other `versions` than were told."""
    import jax

    if told != versions():
        raise InputError(
            f"a worker has {', '.join(versions())}",
            remedy=f"Install {', '.join(told)} on all workers: bytes are to be the same",
            where=f"worker on {platform.node()}",
        )
    # Arrays in double precision come out of a pickle in single where it is not switched on.
    with jax.enable_x64(True):
        if key not in _READY:
            _READY[key] = pickle.loads(_BROUGHT[key])  # noqa: S301
        given = pickle.loads(item)  # noqa: S301
    return _READY[key](given)


def versions() -> tuple[str, ...]:
    """What must be alike for the same bytes."""
    import jax
    import numpy as np

    return (
        f"hinterland {hinterland.__version__}",
        f"jax {jax.__version__}",
        f"numpy {np.__version__}",
        f"Python {platform.python_version()}",
    )
