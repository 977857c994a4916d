"""Answers that are kept: made once, compressed once, told apart by a tag of their bytes, the least used forgotten."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import BaseModel, TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

MOST_BYTES: Final = 96_000_000
WORTH_PACKING: Final = 700
"""Bytes from which on an answer is compressed."""


@dataclass(frozen=True, slots=True)
class Body:
    """One answer."""

    raw: bytes
    packed: bytes
    """Empty where it is not worth it."""
    tag: str
    media: str
    headers: Mapping[str, str]

    @property
    def size(self) -> int:
        """Bytes kept."""
        return len(self.raw) + len(self.packed)


@dataclass
class Kept:
    """Answers by key; made by one thread at a time each, so that fifty readers of one make it once."""

    most: int = MOST_BYTES
    _bodies: OrderedDict[tuple[str, ...], Body] = field(default_factory=OrderedDict)
    _making: dict[tuple[str, ...], threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _size: int = 0

    def get(self, key: tuple[str, ...], make: Callable[[], Body]) -> Body:
        """The answer of a key, made where it is not kept; errors of making pass and nothing is kept."""
        with self._lock:
            found = self._bodies.get(key)
            if found is not None:
                self._bodies.move_to_end(key)
                return found
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                found = self._bodies.get(key)
            if found is None:
                try:
                    found = make()
                    self._keep(key, found)
                finally:
                    with self._lock:
                        self._making.pop(key, None)
        return found

    def forget(self) -> None:
        """Drops everything."""
        with self._lock:
            self._bodies.clear()
            self._size = 0

    @property
    def size(self) -> int:
        """Bytes kept now."""
        return self._size

    def _keep(self, key: tuple[str, ...], body: Body) -> None:
        with self._lock:
            if key in self._bodies or body.size > self.most // 4:
                return
            self._bodies[key] = body
            self._size += body.size
            while self._size > self.most:
                _, old = self._bodies.popitem(last=False)
                self._size -= old.size


def body(content: bytes, media: str, headers: Mapping[str, str] | None = None, *, pack: bool = True) -> Body:
    """An answer of bytes."""
    packed = gzip.compress(content, 5, mtime=0) if pack and len(content) >= WORTH_PACKING else b""
    tag = hashlib.sha256(media.encode() + content).hexdigest()[:24]
    return Body(content, packed, tag, media, headers or {})


def as_json(of: BaseModel | Sequence[BaseModel]) -> Body:
    """A record, or a list of them, as JSON; what is no number becomes null."""
    if isinstance(of, BaseModel):
        return body(of.model_dump_json().encode(), "application/json")
    return body(TypeAdapter(list[BaseModel]).dump_json(list(of), serialize_as_any=True), "application/json")


def answer(request: Request, of: Body, *, lasting: str = "no-cache") -> Response:
    """The response: nothing where the client has it already, compressed where it takes that."""
    headers = {"ETag": f'"{of.tag}"', "Cache-Control": lasting, "Vary": "Accept-Encoding", **of.headers}
    asked = request.headers.get("if-none-match", "")
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in asked.split(",")[:20]}
    if of.tag in tags or asked.strip() == "*":
        return Response(status_code=304, headers=headers)
    if of.packed and takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(of.packed, media_type=of.media, headers={**headers, "Content-Encoding": "gzip"})
    return Response(of.raw, media_type=of.media, headers=headers)


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding names gzip, and not with weight zero."""
    for each in accepted[:400].lower().split(","):
        name, _, weight = each.partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
