"""Answers that are kept: made once, compressed once, told apart by a tag of their bytes, the least used forgotten."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from pydantic import BaseModel, TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

MOST_BYTES: Final = 96_000_000
SEARCH_BYTES: Final = 16_000_000
"""Bytes of answers to searches, which anybody can ask for without end."""
MAKERS: Final = 2
"""Answers that are made at once: Python's threads share one lock, and more of them only wait for each other."""
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

    def peek(self, key: tuple[str, ...]) -> Body | None:
        """The answer of a key where it is kept; waits for nobody."""
        with self._lock:
            found = self._bodies.get(key)
            if found is not None:
                self._bodies.move_to_end(key)
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


@dataclass
class Makers:
    """The few threads that make answers, so that many at once do not hinder each other, nor what is kept already."""

    _underway: dict[tuple[str, ...], Future[Body]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(MAKERS, thread_name_prefix="making")

    async def get(self, kept: Kept, key: tuple[str, ...], make: Callable[[], Body]) -> Body:
        """The answer of a key: at once where it is kept, else when its turn has come; whoever asks waits in no thread.

        Errors of making pass to all who wait for it.
        """
        found = kept.peek(key)
        if found is not None:
            return found
        # A reader who leaves does not take the answer from those who wait for it too.
        return await asyncio.shield(asyncio.wrap_future(self.begin(kept, key, make)))

    def begin(self, kept: Kept, key: tuple[str, ...], make: Callable[[], Body]) -> Future[Body]:
        """Has an answer made after those that wait already; the same one is made once."""
        with self._lock:
            future = self._underway.get(key)
            if future is not None:
                return future
            future = self._underway[key] = self._threads.submit(kept.get, key, make)
        future.add_done_callback(lambda _: self._over(key))
        return future

    def close(self) -> None:
        """Drops what has not begun."""
        if "_threads" in self.__dict__:
            self._threads.shutdown(wait=False, cancel_futures=True)

    def _over(self, key: tuple[str, ...]) -> None:
        with self._lock:
            self._underway.pop(key, None)


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
