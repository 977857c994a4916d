"""A digest of everything that something is made of: equal for what is equal to the last bit, whatever holds it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel


def fingerprint(*parts: Any) -> str:
    """64 hexadecimal digits of records, mappings, sequences, sets, arrays, texts, numbers and None, nested at will.

    Fields of records whose metadata say `apart` tell how something was made, not what it is, and are left out.
    TypeError names what cannot be told by its contents.
    """
    digest = hashlib.sha256()
    for piece in _pieces(parts):
        digest.update(len(piece).to_bytes(8, "little"))
        digest.update(piece)
    return digest.hexdigest()


@lru_cache(maxsize=1)
def package_source() -> str:
    """The same of the package's own source: what another version of it has made is known by it."""
    folder = Path(__file__).parent
    return fingerprint({path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.py")})


def _pieces(value: Any) -> Iterator[bytes | memoryview]:
    if value is None or isinstance(value, bool | int | float | str | np.generic):
        yield f"{type(value).__name__}:{value!r}".encode()
    elif isinstance(value, np.ndarray) and value.dtype != object:
        yield f"array:{value.dtype.str}:{value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, Mapping):
        yield f"mapping:{len(value)}".encode()
        for key in sorted(value, key=repr):
            yield from _pieces(key)
            yield from _pieces(value[key])
    elif is_dataclass(value) and not isinstance(value, type):
        yield f"record:{type(value).__qualname__}".encode()
        for field in (field for field in fields(value) if not field.metadata.get("apart")):
            yield field.name.encode()
            yield from _pieces(getattr(value, field.name))
    elif isinstance(value, AbstractSet | Sequence) and not isinstance(value, bytes):
        yield f"{'set' if isinstance(value, AbstractSet) else 'sequence'}:{len(value)}".encode()
        for item in sorted(value, key=repr) if isinstance(value, AbstractSet) else value:
            yield from _pieces(item)
    elif isinstance(value, BaseModel):
        yield from _pieces(value.model_dump(mode="json"))
    elif hasattr(value, "__array__"):
        yield from _pieces(np.asarray(value))
    else:
        raise TypeError(f"{type(value).__qualname__} cannot be told by its contents")
