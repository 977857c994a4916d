"""Fifty readers at once on loopback: how long answers take, whether any fails, and whether memory stays.

    python benchmarks/readers.py RUN [--readers 50] [--seconds 30] [--pause 5] [--live]

The server runs in a process of its own, without its live model unless --live is given. Two kinds of readers, each with
a server that has just been started:

- without pauses: each holds a connection and asks one random address after the other (search, places, series, pyramids,
  maps), half of them compressed and some with what they have already. Nobody reads so; it shows what the server can do.
- with pauses: each opens a random place as the page does (its place, series, pyramid and services at once, and the map
  it came from) and reads for a while, at random and `--pause` seconds on average.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SEARCHES = ("jz", "jiaozuo", "henan", "a", "xi", "jiaozou", "4108")
MAPS = ("people", "change", "chance_25", "share_65_plus", "births")
OPENED = ("", "/series", "/pyramid", "/services")
"""What the page asks of a place."""


@dataclass
class Heard:
    """What readers of a part had to wait, in ms, and what went wrong."""

    times: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass
class Reader:
    """A connection with what it has seen already."""

    port: int
    draw: random.Random
    heard: Heard
    tags: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, address: str) -> None:
        """Asks an address and notes how long the answer took."""
        headers = {"Accept-Encoding": self.draw.choice(("gzip", "identity"))}
        if address in self.tags and self.draw.random() < 0.3:
            headers["If-None-Match"] = self.tags[address]
        began = time.perf_counter()
        try:
            try:
                response = self._asked(address, headers)
            except http.client.RemoteDisconnected:
                # A connection that was idle for too long is closed by the server; browsers ask again, once.
                self.connection.close()
                response = self._asked(address, headers)
        except (OSError, http.client.HTTPException) as error:
            self.heard.faults.append(f"{address}: {error!r}")
            self.connection.close()
            return
        self.heard.times.append(1e3 * (time.perf_counter() - began))
        self.tags[address] = response.headers.get("ETag", "")
        if response.status not in (200, 304):
            self.heard.faults.append(f"{address}: {response.status}")

    def _asked(self, address: str, headers: dict[str, str]) -> http.client.HTTPResponse:
        self.connection.request("GET", address, headers=headers)
        response = self.connection.getresponse()
        response.read()
        return response


def restless(port: int, codes: list[str], draw: random.Random, until: float, heard: Heard, _pause: float) -> None:
    """One random address after the other."""
    reader = Reader(port, draw, heard)
    while time.perf_counter() < until:
        code = draw.choice(codes)
        reader.ask(
            draw.choice(
                (
                    f"/api/places?q={draw.choice(SEARCHES)}",
                    f"/api/places/{code}",
                    f"/api/places/{code}/series",
                    f"/api/places/{code}/pyramid",
                    f"/api/map?variable={draw.choice(MAPS)}",
                )
            )
        )


def reading(port: int, codes: list[str], draw: random.Random, until: float, heard: Heard, pause: float) -> None:
    """A place as the page opens it, on connections of its own as a browser has them, then some seconds of reading."""
    readers = [Reader(port, random.Random(draw.random()), heard) for _ in range(len(OPENED) + 1)]
    while (wait := draw.expovariate(1 / pause)) < until - time.perf_counter():
        time.sleep(wait)
        code = draw.choice(codes)
        addresses = [f"/api/places/{code}{part}" for part in OPENED]
        addresses.append(f"/api/map?variable={draw.choice(MAPS)}")
        threads = [
            threading.Thread(target=one.ask, args=(address,)) for one, address in zip(readers, addresses, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def memory(process: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1024 if found else float("nan")


@contextmanager
def served(run: Path, *, live: bool) -> Iterator[tuple[subprocess.Popen[str], int, list[str]]]:
    """A server that has just started, its port, and the codes of its places."""
    command = [sys.executable, "-m", "hinterland", "serve", str(run), "--port", "0", *(() if live else ("--no-live",))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            told = (re.search(r"http://127\.0\.0\.1:(\d+)", line) for line in server.stdout)
            port = next(int(found[1]) for found in told if found)
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/api/places?limit=5000")
            yield server, port, [hit["code"] for hit in json.load(connection.getresponse())]
        finally:
            server.terminate()


def measure(given: argparse.Namespace, kind: Callable[..., None]) -> None:
    print("| part | answers | a second | median, ms | 95%, ms | most, ms | faults | memory, MB | load |")
    print("|---|---|---|---|---|---|---|---|---|")
    with served(given.run, live=given.live) as (server, port, codes):
        for number, part in enumerate(("first", "second", "third")):
            heard = Heard()
            until = time.perf_counter() + given.seconds
            threads = [
                threading.Thread(
                    target=kind,
                    args=(port, codes, random.Random(1000 * number + seed), until, heard, given.pause),
                )
                for seed in range(given.readers)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            ranked = sorted(heard.times)
            print(
                f"| {part} | {len(ranked):,} | {len(ranked) / given.seconds:.0f} | {statistics.median(ranked):.0f} | "
                f"{ranked[int(0.95 * len(ranked))]:.0f} | {ranked[-1]:.0f} | {len(heard.faults)} | "
                f"{memory(server.pid):.0f} | {os.getloadavg()[0]:.1f} |",
                flush=True,
            )
            for fault in heard.faults[:3]:
                print(fault)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--pause", type=float, default=5.0, help="mean seconds of reading")
    parser.add_argument("--live", action="store_true", help="with the live model, which warms in the background")
    given = parser.parse_args()
    for said, kind in (("Without pauses", restless), (f"With pauses of {given.pause:g} s on average", reading)):
        print(f"\n{said}: {given.readers} readers, {given.seconds:g} s a part\n")
        measure(given, kind)


if __name__ == "__main__":
    main()
