"""Jobs: in order, watched, cancelled, limited, ended in time; and their failures tell nothing of this machine."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel

from hinterland.errors import InputError
from hinterland.web.jobs import IN_ALL, PER_CLIENT, Parts, Queue, Running, Work
from hinterland.web.problems import RefusedError
from hinterland.web.schemas_live import Job, Reached
from hinterland.web.server import HEAVY, Server

MEMBERS = {"en": "members", "zh": "各次模拟", "ja": "各試算"}
RESULT = Reached(
    place="A001", keep=0.9, by=2050, reached=True, words=[], bought=[], people=[1.0, 2.0, 3.0], base=[1.0, 2.0, 3.0],
    per_person=None, elsewhere=[], toml="",
)  # fmt: skip


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.005)


@pytest.fixture
def queue() -> Iterator[Queue]:
    made = Queue()
    made.worker("line")
    made.worker("other")
    yield made
    made.close()


class Gate:
    """Work that goes on until it is let go, or ends when it is told to."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.begun = threading.Event()

    def __call__(self, job: Running) -> BaseModel:
        self.begun.set()
        while not self.open.wait(0.005):
            job.tell(1, 2, "waiting")
        return RESULT


def ask(queue: Queue, work: Work, client: str = "a", **more: object) -> Running:
    return queue.ask("line", "policy", client, work, seconds=60.0, **more)  # type: ignore[arg-type]


def test_jobs_of_a_line_run_one_after_the_other_and_lines_beside_each_other(queue: Queue) -> None:
    gate = Gate()
    first, second = ask(queue, gate), ask(queue, lambda _: RESULT)
    assert gate.begun.wait(5)
    beside = queue.ask("other", "simulate", "a", lambda _: RESULT, seconds=60.0)
    until(lambda: beside.state == "done")
    assert (first.state, second.state) == ("running", "queued")
    assert queue.shown(second).position == 1
    gate.open.set()
    until(lambda: second.state == "done")
    assert first.state == "done"
    assert queue.shown(first).result == RESULT


class Slices:
    """Work in parts, each of which waits to be let go and is written down."""

    def __init__(self, name: str, told: list[str], parts: int = 3, idle: float = 0.0) -> None:
        self.name, self.told, self.parts, self.idle = name, told, parts, idle
        self.go = threading.Semaphore(0)

    def __call__(self, job: Running) -> Parts:
        for _ in range(self.parts):
            job.check()
            assert self.go.acquire(timeout=10)
            self.told.append(self.name)
            yield self.idle
        return RESULT


def test_work_in_parts_gives_way_to_what_has_not_begun_and_takes_turns_with_what_has(queue: Queue) -> None:
    told: list[str] = []
    first, second = Slices("first", told), Slices("second", told)
    jobs = [ask(queue, first, "a")]
    until(lambda: jobs[0].state == "running")
    jobs.append(ask(queue, second, "b"))
    first.go.release()
    until(lambda: jobs[1].state == "running")  # after one part of the first, not after all of them
    assert queue.shown(jobs[0]).position == 0
    jobs.append(ask(queue, lambda _: told.append("third") or RESULT, "c"))
    for each in (first, second):
        each.go.release(3)
    until(lambda: all(job.state == "done" for job in jobs))
    assert told == ["first", "second", "third", "first", "second", "first", "second"]
    assert [queue.shown(job).result for job in jobs] == [RESULT] * 3


def test_work_that_has_nothing_to_do_for_a_while_lets_others_go_on_and_is_cancelled_at_once(queue: Queue) -> None:
    told: list[str] = []
    idle, busy = Slices("idle", told, idle=30.0), Slices("busy", told)
    for each in (idle, busy):
        each.go.release(3)
    waiting = ask(queue, idle)
    until(lambda: told == ["idle"])
    gate = Gate()
    ask(queue, gate, "c")
    assert gate.begun.wait(5)
    other = ask(queue, busy, "b")
    assert queue.shown(other).position == 1  # what has begun and is idle is not before it
    gate.open.set()
    until(lambda: other.state == "done")
    assert (waiting.state, told) == ("running", ["idle", "busy", "busy", "busy"])
    queue.cancel(waiting)
    assert (waiting.state, waiting.parts) == ("cancelled", None)


def test_a_job_that_waits_is_cancelled_at_once_and_one_that_runs_at_its_next_progress(queue: Queue) -> None:
    gate = Gate()
    first, second = ask(queue, gate), ask(queue, lambda _: RESULT)
    assert gate.begun.wait(5)
    queue.cancel(second)
    assert second.state == "cancelled"
    queue.cancel(first)
    until(lambda: first.state == "cancelled")
    assert queue.shown(first).result is None


def test_a_newer_request_of_a_client_ends_its_older_one_and_no_one_elses(queue: Queue) -> None:
    gates = [Gate(), Gate(), Gate()]
    older = queue.ask("line", "simulate", "a", gates[0], seconds=60.0, latest=True)
    foreign = queue.ask("other", "simulate", "b", gates[1], seconds=60.0, latest=True)
    assert gates[0].begun.wait(5)
    assert gates[1].begun.wait(5)
    newer = queue.ask("line", "simulate", "a", gates[2], seconds=60.0, latest=True)
    until(lambda: older.state == "cancelled")
    assert gates[2].begun.wait(5)
    assert (newer.state, foreign.state) == ("running", "running")


def test_a_client_may_have_few_unfinished_jobs_and_all_together_a_few_more(queue: Queue) -> None:
    gate = Gate()
    for _ in range(PER_CLIENT):
        ask(queue, gate)
    with pytest.raises(RefusedError) as refused:
        ask(queue, gate)
    assert refused.value.status == 429
    for number in range(IN_ALL - PER_CLIENT):
        ask(queue, gate, client=f"c{number}")
    with pytest.raises(RefusedError) as refused:
        ask(queue, gate, client="last")
    assert refused.value.status == 503


def test_what_runs_too_long_is_ended(queue: Queue) -> None:
    job = queue.ask("line", "policy", "a", Gate(), seconds=0.05)
    until(lambda: job.state == "failed")
    assert "longer" in (job.error or "")


def test_failures_are_told_without_paths_or_traces(queue: Queue) -> None:
    def refused(_: Running) -> BaseModel:
        raise InputError("no such thing", remedy="Look elsewhere", where="/home/somebody/secret/pack.toml")

    def broken(_: Running) -> BaseModel:
        raise RuntimeError("/home/somebody/secret: a bug")

    for work in (refused, broken):
        job = ask(queue, work)
        until(lambda job=job: job.state == "failed")
        assert "secret" not in (job.error or "")
        assert job.error
    after = ask(queue, lambda _: RESULT)
    until(lambda: after.state == "done")


def events(where: tuple[str, int], job: str) -> Iterator[tuple[str, dict]]:
    """Events of a job as they come over a connection of its own."""
    connection = http.client.HTTPConnection(*where, timeout=10)
    connection.request("GET", f"/api/jobs/{job}/events")
    response = connection.getresponse()
    assert response.getheader("content-type", "").startswith("text/event-stream")
    name = ""
    for line in response:
        text = line.decode().rstrip("\n")
        if text.startswith("event: "):
            name = text.removeprefix("event: ")
        elif text.startswith("data: "):
            yield name, json.loads(text.removeprefix("data: "))
    connection.close()


def test_events_come_as_they_happen_and_end_with_the_job(server: Server, at: tuple[str, int]) -> None:
    go = [threading.Event() for _ in range(3)]

    def work(job: Running) -> BaseModel:
        go[0].wait(10)
        job.tell(1, 3, "members")
        go[1].wait(10)
        job.partly(RESULT)
        go[2].wait(10)
        return RESULT

    job = server.queue.ask(HEAVY, "policy", "events", work, seconds=60.0)
    stream = events(at, job.id)
    go[0].set()
    assert next(stream) == ("progress", {"done": 1, "total": 3, "what": MEMBERS})
    go[1].set()
    name, partial = next(stream)
    assert (name, Reached.model_validate(partial)) == ("partial", RESULT)
    late = events(at, job.id)
    assert [next(late)[0], next(late)[0]] == ["progress", "partial"]
    go[2].set()
    assert [name for name, _ in stream] == ["done"]
    assert [name for name, _ in late] == ["done"]
    assert [name for name, _ in events(at, job.id)][-1] == "done"


def test_a_job_is_cancelled_over_http(server: Server, client: TestClient, at: tuple[str, int]) -> None:
    job = server.queue.ask(HEAVY, "policy", "cancel", Gate(), seconds=60.0)
    stream = events(at, job.id)
    assert next(stream)[0] == "progress"
    answered = Job.model_validate_json(client.delete(f"/api/jobs/{job.id}").content)
    assert answered.id == job.id
    assert [name for name, _ in stream][-1] == "cancelled"
    assert Job.model_validate_json(client.get(f"/api/jobs/{job.id}").content).state == "cancelled"


def test_unknown_jobs_are_not_found(client: TestClient) -> None:
    for address in ("/api/jobs/none", "/api/jobs/none/events"):
        assert client.get(address).status_code == 404
    assert client.delete("/api/jobs/none").status_code == 404


def test_without_a_live_model_nothing_is_queued(client: TestClient) -> None:
    response = client.post("/api/simulate", json={"place": "A001", "levers": [{"name": "posts", "amount": 0.1}]})
    assert response.status_code == 409
    assert "live" in response.json()["error"]
