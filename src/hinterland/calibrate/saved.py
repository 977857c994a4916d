"""A fit's file: what was inverted, and where its optimiser stands, so that it can be taken up again."""

from __future__ import annotations

import base64
import io
import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np

from hinterland.calibrate.rehearsal import Inverted
from hinterland.data.country import Country
from hinterland.errors import InputError
from hinterland.params import Parameters
from hinterland.state import State
from hinterland.writing import write_text


def identity(known: Country, then: Country, parameters: Parameters, names: tuple[str, ...]) -> dict[str, Any]:
    """What must be the same for a saved fit to go on: the country, the launches, the counts and the parameters."""
    counts = zlib.crc32(known.people.tobytes()) ^ zlib.crc32(then.people.tobytes())
    values = {name: parameters[name].model_dump(mode="json") for name in parameters}
    return {
        "code": known.code,
        "launch": known.base_year,
        "earlier": then.base_year,
        "names": list(names),
        "counts": counts,
        "parameters": zlib.crc32(json.dumps(values, sort_keys=True).encode()),
    }


class Saved:
    """A fit's file: who it is of, what was inverted, and where the optimiser stands; nothing is kept without a path."""

    def __init__(self, path: Path | None, identity: Mapping[str, Any]) -> None:
        self._path = path
        self._held: dict[str, Any] = {"of": dict(identity), "inverted": {}, "at": None}
        if path is not None and path.exists():
            self._held = _opened(path, identity)

    def begun(self, parameters: int) -> dict[str, Any]:
        """Where the optimiser stands; at the usual values where it has not begun."""
        fresh = {"z": [0.0] * parameters, "damping": 1e-2, "iteration": 0, "factor": None, "round": 0, "settled": False}
        held = self._held["at"] or fresh
        return {**held, "damping": min(held["damping"], fresh["damping"])}

    def keep(self, at: Mapping[str, Any]) -> None:
        """Writes where the optimiser stands."""
        self._held["at"] = dict(at)
        self._write()

    def held(self, name: str) -> Inverted | None:
        """What was inverted the last time."""
        packed = self._held["inverted"].get(name)
        return None if packed is None else _unpacked(packed)

    def hold(self, name: str, found: Inverted) -> None:
        """Keeps what was inverted."""
        self._held["inverted"][name] = _packed(found)
        self._write()

    def _write(self) -> None:
        if self._path is not None:
            write_text(self._path, json.dumps(self._held))


def _opened(path: Path, identity: Mapping[str, Any]) -> dict[str, Any]:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        of = held["of"]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError("is not a saved fit", remedy="Name a new file, or remove this one", where=str(path)) from None
    apart = [name for name in identity if of.get(name) != identity[name]]
    if apart:
        raise InputError(
            f"is a fit with another {', '.join(apart)}",
            remedy="Name another file, or ask for what this one is of",
            where=str(path),
        )
    return held


def _packed(found: Inverted) -> str:
    """The arrays as text."""
    arrays = {
        "rooted": found.start.rooted,
        "newcomers": found.start.newcomers,
        "away": found.start.away,
        "balance": found.balance,
        "like": found.like,
        "own": found.own,
    } | ({} if found.niche is None else {"niche": found.niche})
    out = io.BytesIO()
    held: dict[str, Any] = {name: np.asarray(values) for name, values in arrays.items()}
    np.savez_compressed(out, **held)
    return base64.b64encode(out.getvalue()).decode()


def _unpacked(text: str) -> Inverted:
    with np.load(io.BytesIO(base64.b64decode(text))) as held:
        arrays = {name: jnp.asarray(held[name]) for name in held.files}
    stocks = State(rooted=arrays["rooted"], newcomers=arrays["newcomers"], away=arrays["away"])
    return Inverted(stocks, arrays["balance"], arrays["like"], arrays["own"], arrays.get("niche"))
