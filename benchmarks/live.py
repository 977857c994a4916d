"""From a lever released to a new fan: the live model in one process, through HTTP, and by number of members.

    python benchmarks/live.py RUN [--pack NAME|DIR] [--place CODE] [--lever homes] [--moves 30]

The server listens on a free port of loopback in this process. Every move sets levers it has not been asked for before.
A move counts from the request's first byte to the event with the first bands, read and parsed; drawing is the page's.
Moves come one after the other (the earlier one is cancelled by the newer) and, apart from that, with a second between,
and at once from two readers in turn, neither of whom cancels what the other asked for.
Wall-clock times hang on what else the machine does; seconds of this process's processors are told beside them.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import resource
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path

import uvicorn
from machine import machine

from hinterland.calibrate.keeping import keep_work
from hinterland.data.pack import read_pack
from hinterland.scenario import Change, Scenario
from hinterland.web.app import create_app
from hinterland.web.live import Live
from hinterland.web.runs import opened
from hinterland.web.server import Server
from hinterland.web.serving import bind


def listening(server: Server) -> tuple[uvicorn.Server, int]:
    bound = bind("127.0.0.1", 0)
    running = uvicorn.Server(uvicorn.Config(create_app(server), log_level="error"))
    threading.Thread(target=running.run, kwargs={"sockets": [bound]}, daemon=True).start()
    while not running.started:
        time.sleep(0.01)
    return running, bound.getsockname()[1]


def moved(port: int, place: str, lever: str, amount: float, reader: str = "benchmark") -> tuple[float, float]:
    """Milliseconds to the first bands of a move, and those that the model says it took."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    body = json.dumps({"place": place, "levers": [{"name": lever, "amount": amount}]})
    headers = {"Content-Type": "application/json", "X-Hinterland-Client": reader}
    connection.request("POST", "/api/simulate", body, headers)
    job = json.load(connection.getresponse())
    if "id" not in job:
        raise SystemExit(f"{job['error']}. {job['remedy']}")
    connection.request("GET", f"/api/jobs/{job['id']}/events")
    event = ""
    for line in connection.getresponse():
        if line.startswith(b"event: "):
            event = line[7:].strip().decode()
        elif line.startswith(b"data: ") and event in ("partial", "done"):
            answer = json.loads(line[6:])
            connection.close()
            return 1e3 * (time.perf_counter() - began), 1e3 * answer["seconds"]
    raise RuntimeError("the stream ended without bands")


def spent() -> float:
    use = resource.getrusage(resource.RUSAGE_SELF)
    return use.ru_utime + use.ru_stime


def told(name: str, times: list[float], processor: float) -> None:
    ranked = sorted(times)
    p95 = ranked[min(int(0.95 * len(ranked)), len(ranked) - 1)]
    each = 1e3 * processor / len(times)
    print(f"| {name} | {statistics.median(times):.0f} | {ranked[0]:.0f} | {p95:.0f} | {each:.0f} |", flush=True)


def over_http(name: str, port: int, at: tuple[str, str], amounts: list[float], pause: float, readers: int = 1) -> None:
    times: list[float] = []
    began = spent()
    for number, amount in enumerate(amounts):
        times.append(moved(port, *at, amount, f"reader {number % readers}")[0])
        time.sleep(pause)
    told(name, times, spent() - began)


def directly(name: str, count: int, run: Callable[[int], object]) -> None:
    run(0)
    times: list[float] = []
    began = spent()
    for number in range(1, count + 1):
        start = time.perf_counter()
        run(number)
        times.append(1e3 * (time.perf_counter() - start))
    told(name, times, spent() - began)


def posts(place: str, number: int) -> Scenario:
    return Scenario("moved", changes=(Change("posts", 0.001 * number, 2030.0, over=10.0, places=(place,)),))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--pack")
    parser.add_argument("--place")
    parser.add_argument("--lever", default="homes", help="one that goes from nothing to 1, as homes and schools do")
    parser.add_argument("--moves", type=int, default=30)
    given = parser.parse_args()
    keep_work()
    countries = [] if given.pack is None else [read_pack(given.pack)]
    server = Server(opened([given.run], {country.code: country for country in countries}))
    run = server.runs.run(None)
    place = given.place or run.codes[len(run.codes) // 2]
    running, port = listening(server)
    live: Live = server.simulations[run.id].live
    began = time.perf_counter()
    while live.state == "warming" or (not live.note and live.state == "off"):
        time.sleep(0.2)
    print(machine("fastapi"))
    print(f"{len(run.codes):,} places, {live.members} members, {run.years[0]} to {run.years[-1]}; place {place}")
    waited = os.getloadavg()[0]
    print(f"made ready in {time.perf_counter() - began:.0f} s: {live.state} {live.note}; load {waited:.1f}")
    print("| what | median, ms | least | 95% | processor, ms each |\n|---|---|---|---|---|")
    directly("first look, the model alone", given.moves, lambda k: live.first_look(posts(place, k)))
    directly("a block of two, the model alone", given.moves // 2, lambda k: live.look(0, posts(place, k)))
    amounts = [0.1 + 0.8 * k / given.moves for k in range(given.moves)]
    at = (place, given.lever)
    over_http("lever to first bands, moved again at once", port, at, amounts, 0.0)
    over_http("lever to first bands, a second between", port, at, [a + 0.01 for a in amounts], 1.0)
    over_http("lever to first bands, two readers in turn", port, at, [a + 0.02 for a in amounts], 0.0, readers=2)
    running.should_exit = True
    server.end()
    time.sleep(2)  # the block that still runs ends, as a thread within the compiler must not be cut off


if __name__ == "__main__":
    main()
