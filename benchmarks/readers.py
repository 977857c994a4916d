"""Fifty readers at once on loopback: how long answers take, whether any fails, and whether memory stays.

    python benchmarks/readers.py RUN [--readers 50] [--seconds 30]

The server runs in a process of its own, without its live model. Readers each hold a connection and ask one address
after the other: search, places, series, pyramids, maps, half of them compressed and some with what they have already.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import re
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

SEARCHES = ("jz", "jiaozuo", "henan", "焦作", "a", "xi", "jiaozou", "4108")
MAPS = ("people", "change", "chance_25", "share_65_plus", "births")


def addresses(codes: list[str], draw: random.Random) -> str:
    code = draw.choice(codes)
    return draw.choice(
        (
            f"/api/places?q={draw.choice([text for text in SEARCHES if text.isascii()])}",
            f"/api/places/{code}",
            f"/api/places/{code}/series",
            f"/api/places/{code}/pyramid",
            f"/api/map?variable={draw.choice(MAPS)}",
        )
    )


def read(port: int, codes: list[str], seed: int, until: float, times: list[float], faults: list[str]) -> None:
    draw = random.Random(seed)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    tags: dict[str, str] = {}
    while time.perf_counter() < until:
        address = addresses(codes, draw)
        headers = {"Accept-Encoding": draw.choice(("gzip", "identity"))}
        if address in tags and draw.random() < 0.3:
            headers["If-None-Match"] = tags[address]
        began = time.perf_counter()
        try:
            connection.request("GET", address, headers=headers)
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException) as error:
            faults.append(f"{address}: {error!r}")
            connection.close()
            continue
        times.append(1e3 * (time.perf_counter() - began))
        tags[address] = response.headers.get("ETag", "")
        if response.status not in (200, 304):
            faults.append(f"{address}: {response.status}")


def memory(process: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1024 if found else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args()
    command = [sys.executable, "-m", "hinterland", "serve", str(given.run), "--port", "0", "--no-live"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = next(int(found[1]) for line in server.stdout if (found := re.search(r"http://127\.0\.0\.1:(\d+)", line)))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/api/places?limit=5000")
        codes = [hit["code"] for hit in json.load(connection.getresponse())]
        print("| part | answers | a second | median, ms | 95%, ms | most, ms | faults | memory after, MB |")
        print("|---|---|---|---|---|---|---|---|")
        for part in ("first", "second", "third"):
            times: list[float] = []
            faults: list[str] = []
            until = time.perf_counter() + given.seconds
            threads = [
                threading.Thread(target=read, args=(port, codes, seed, until, times, faults))
                for seed in range(given.readers)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            ranked = sorted(times)
            p95, rate = ranked[int(0.95 * len(ranked))], len(times) / given.seconds
            print(
                f"| {part} | {len(times):,} | {rate:.0f} | {statistics.median(times):.0f} | {p95:.0f} | "
                f"{ranked[-1]:.0f} | {len(faults)} | {memory(server.pid):.0f} |",
                flush=True,
            )
            for fault in faults[:3]:
                print(fault)
        server.terminate()


if __name__ == "__main__":
    main()
