"""Raw files come whole or not at all, whatever the server, the mirror, the disk or the person at the keyboard does."""

from __future__ import annotations

import errno
import hashlib
import io
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Self

import pooch
import pytest

from hinterland.data import sources
from hinterland.data.fetch import Fetched, fetch, fetch_files
from hinterland.data.sources import RawFile
from hinterland.errors import InputError

SHARED = Path(__file__).parents[3] / "shared" / "data"

TOWNS = b"code,people\n" + b"".join(b"%06d,%d\n" % (town, town * town) for town in range(20_000))
"""About 300 kB: several chunks."""
RIVERS = b"river,km\nA,1\n"
PATH = "cn/towns.csv"


def answer(handler: BaseHTTPRequestHandler, body: bytes, *, length: int | None = None, status: int = 200) -> None:
    handler.send_response(status)
    if length != -1:
        handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


@dataclass
class Server:
    """A server on this computer; what it does can be set for one path, call after call."""

    address: str
    asked: list[str] = field(default_factory=list)
    bodies: dict[str, bytes] = field(default_factory=dict)
    doing: list[Callable[[BaseHTTPRequestHandler, bytes], None]] = field(default_factory=list)
    """What the next calls get, first come first; the last one stays. The body where there is none."""
    leave: threading.Event = field(default_factory=threading.Event)
    """Set at the end of a test: handlers that stall go on."""

    def file(self, body: bytes = TOWNS, path: str = PATH) -> RawFile:
        """A raw file that is fetched from here."""
        self.bodies["/" + path] = body
        return raw(body, path).model_copy(update={"address": f"{self.address}/{path}"})


def raw(body: bytes = TOWNS, path: str = PATH) -> RawFile:
    """A raw file that must be brought."""
    return RawFile(
        path=path,
        packs=("cn-counties",),
        what="Towns",
        home="https://example.org",
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        licence="MIT",
        attribution="Somebody",
        recipe="Count them.",
    )


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            act = told.doing.pop(0) if len(told.doing) > 1 else (told.doing or [answer])[0]
            act(self, told.bodies[self.path])

        def log_request(self, code: object = "-", size: object = "-") -> None:
            """Calls are kept in `asked`."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that hangs up is part of the tests."""

    running = Quiet(("127.0.0.1", 0), Handler)
    told = Server(f"http://127.0.0.1:{running.server_port}")
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield told
    told.leave.set()
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """No mirror, no proxy, no folder of the user's own."""
    monkeypatch.delenv("HINTERLAND_MIRROR", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("HINTERLAND_DATA", str(tmp_path / "data"))


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    """Seconds that would have been waited between tries."""
    waited: list[float] = []
    monkeypatch.setattr("pooch.core.time", SimpleNamespace(sleep=waited.append))
    return waited


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(files: list[RawFile], folder: Path, *words: str, **options: float) -> None:
    """An InputError with these words, and every file in the folder as it was."""
    before = files_in(folder)
    with pytest.raises(InputError) as error:
        fetch_files(files, folder, **options)  # pyright: ignore[reportArgumentType]
    for word in words:
        assert word in str(error.value)
    assert files_in(folder) == before


# --- a server that serves


def test_a_file_comes_whole_with_its_progress(server, tmp_path):
    seen = []
    found = fetch_files([server.file()], tmp_path, lambda *told: seen.append(told))
    assert found == Fetched((tmp_path / PATH,), ())
    assert files_in(tmp_path) == {PATH: TOWNS}
    assert {(path, size) for path, _, size in seen} == {(PATH, len(TOWNS))}
    done = [bytes_so_far for _, bytes_so_far, _ in seen]
    assert len(done) > 3
    assert done == sorted(done)
    assert done[-1] == len(TOWNS)


def test_fetched_files_can_be_read_by_others(server, tmp_path):
    fetch_files([server.file()], tmp_path)
    if os.name == "posix":
        assert (tmp_path / PATH).stat().st_mode & 0o777 == 0o644


def test_an_answer_without_a_length_comes_whole(server, tmp_path):
    seen = []
    server.doing = [lambda handler, body: answer(handler, body, length=-1)]
    fetch_files([server.file()], tmp_path, lambda *told: seen.append(told[1]))
    assert files_in(tmp_path) == {PATH: TOWNS}
    assert seen == sorted(seen)
    assert seen[-1] == len(TOWNS)


def test_right_files_are_kept_and_nobody_is_asked(server, tmp_path):
    file = server.file()
    fetch_files([file], tmp_path)
    written = (tmp_path / PATH).stat().st_mtime_ns
    seen = []
    again = fetch_files([file], tmp_path, lambda *told: seen.append(told))
    assert again.there == (tmp_path / PATH,)
    assert server.asked == ["/" + PATH]
    assert (tmp_path / PATH).stat().st_mtime_ns == written
    assert seen == [(PATH, len(TOWNS), len(TOWNS))]


def test_what_has_no_address_is_told_unless_it_is_there(server, tmp_path):
    shapes, rivers = raw(b"shapes", "cn/shapes"), raw(RIVERS, "cn/rivers.csv")
    (tmp_path / "cn").mkdir()
    (tmp_path / rivers.path).write_bytes(RIVERS)
    found = fetch_files([shapes, server.file(), rivers], tmp_path)
    assert found.there == (tmp_path / PATH, tmp_path / rivers.path)
    assert found.missing == (shapes,)


def test_a_pack_comes_into_the_users_folder(server, tmp_path, monkeypatch):
    file = server.file()
    monkeypatch.setattr(
        sources, "all_files", lambda: (file, raw(RIVERS, "us/rivers.csv").model_copy(update={"packs": ("us",)}))
    )
    assert fetch("cn-counties").there == (tmp_path / "data" / "sources" / PATH,)
    assert fetch("us").missing[0].path == "us/rivers.csv"
    with pytest.raises(InputError, match=r"'cn_counties'.*Did you mean 'cn-counties'"):
        fetch("cn_counties")


def test_pooch_says_nothing_of_its_own(server, tmp_path):
    logger, told = pooch.get_logger(), io.StringIO()
    level, handler = logger.level, logging.StreamHandler(told)
    logger.addHandler(handler)
    try:
        fetch_files([server.file()], tmp_path)
    finally:
        logger.removeHandler(handler)
    assert told.getvalue() == ""
    assert logger.level == level, "what others fetch with pooch is told as before"


# --- a server that does not


@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_fault_that_passes_is_got_over(server, tmp_path, waits, status):
    fault = lambda handler, body: answer(handler, b"no", status=status)  # noqa: E731
    server.doing = [fault, fault, answer]
    fetch_files([server.file()], tmp_path)
    assert files_in(tmp_path) == {PATH: TOWNS}
    assert waits == [1, 2], "each wait is longer than the one before"


@pytest.mark.parametrize("status", [404, 500])
def test_a_fault_that_stays_is_told_with_the_address(server, tmp_path, waits, status):
    file = server.file()
    server.doing = [lambda handler, body: answer(handler, b"no", status=status)]
    refused([file], tmp_path, PATH, file.address or "-", f"answers {status}", "by hand: Save http")
    assert len(server.asked) == 4
    assert waits == [1, 2, 3]


def test_a_cut_answer_is_tried_again(server, tmp_path, waits):
    cut = lambda handler, body: answer(handler, body[:100_000], length=len(body))  # noqa: E731
    server.doing = [cut, answer]
    fetch_files([server.file()], tmp_path)
    assert files_in(tmp_path) == {PATH: TOWNS}
    assert waits == [1]


@pytest.mark.parametrize("length", [None, -1, len(TOWNS)])
def test_an_answer_that_is_always_cut_leaves_nothing(server, tmp_path, waits, length):
    """With a true length, none, and one that promises the whole file."""
    server.doing = [lambda handler, body: answer(handler, body[:100_000], length=length)]
    refused([server.file()], tmp_path, PATH, retries=1)
    assert len(server.asked) == 2


def test_a_cut_answer_that_claims_to_be_whole_is_told_with_both_checksums(server, tmp_path, waits):
    file = server.file()
    server.doing = [lambda handler, body: answer(handler, body[:-1])]
    refused([file], tmp_path, file.sha256, hashlib.sha256(TOWNS[:-1]).hexdigest(), retries=0)


@pytest.mark.parametrize("before", [0, 100_000])
def test_a_server_that_falls_silent_is_left(server, tmp_path, waits, before):
    """Before the answer, and in the middle of it."""

    def stall(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        if before:
            answer(handler, body[:before], length=len(body))
            handler.wfile.flush()
        server.leave.wait(10)

    server.doing = [stall]
    began = time.monotonic()
    refused([server.file()], tmp_path, PATH, "fell silent", timeout=0.2, retries=1)
    assert time.monotonic() - began < 3
    assert len(server.asked) == 2


def test_a_server_that_is_not_there_is_told(server, tmp_path, waits):
    file = server.file().model_copy(update={"address": "http://127.0.0.1:9/towns.csv"})
    refused([file], tmp_path, PATH, "http://127.0.0.1:9/towns.csv", "no connection")
    assert waits == [1, 2, 3]


def test_a_wrong_file_is_refused_at_once_with_both_checksums(server, tmp_path, waits):
    file = server.file()
    lie = TOWNS[:-2] + b"9\n"
    server.doing = [lambda handler, body: answer(handler, lie)]
    refused([file], tmp_path, PATH, file.sha256, hashlib.sha256(lie).hexdigest())
    assert len(server.asked) == 1, "it would lie again"


def test_an_answer_without_end_is_left(server, tmp_path):
    def pour(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        answer(handler, body, length=-1)
        while not server.leave.is_set():
            handler.wfile.write(body)

    server.doing = [pour]
    refused([server.file()], tmp_path, PATH, "is another file")
    assert len(server.asked) == 1


def test_what_came_before_a_fault_is_kept_and_not_asked_again(server, tmp_path, waits):
    first, second = server.file(RIVERS, "cn/rivers.csv"), server.file()
    server.doing = [answer, lambda handler, body: answer(handler, b"no", status=500), answer]
    with pytest.raises(InputError, match="500"):
        fetch_files([first, second], tmp_path, retries=0)
    assert files_in(tmp_path) == {"cn/rivers.csv": RIVERS}
    fetch_files([first, second], tmp_path)
    assert files_in(tmp_path) == {"cn/rivers.csv": RIVERS, PATH: TOWNS}
    assert server.asked == ["/cn/rivers.csv", "/" + PATH, "/" + PATH]


# --- what lies there already


@pytest.mark.parametrize("pinned", [True, False])
def test_another_file_in_the_place_is_refused_and_left(server, tmp_path, pinned):
    other = server.file(RIVERS, "cn/rivers.csv")
    file = server.file() if pinned else raw()
    (tmp_path / "cn").mkdir()
    (tmp_path / PATH).write_bytes(b"mine")
    told = "Delete it to fetch it again" if pinned else "Count them. Save it as cn/towns.csv"
    refused([other, file], tmp_path, PATH, file.sha256, hashlib.sha256(b"mine").hexdigest(), told, "--from")
    assert server.asked == [], "what is there is judged before anything is fetched"


def test_a_folder_in_the_place_is_told(server, tmp_path):
    (tmp_path / PATH).mkdir(parents=True)
    refused([server.file()], tmp_path, PATH, "cannot be read")


# --- a mirror


@pytest.fixture
def mirror(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "mirror"
    (folder / "cn").mkdir(parents=True)
    (folder / PATH).write_bytes(TOWNS)
    monkeypatch.setenv("HINTERLAND_MIRROR", str(folder))
    return folder


def test_a_mirror_is_read_instead_of_addresses(server, tmp_path, mirror):
    rivers, shapes = raw(RIVERS, "cn/rivers.csv"), raw(b"shapes", "cn/shapes")
    (mirror / rivers.path).write_bytes(RIVERS)
    seen = []
    found = fetch_files([server.file(), rivers, shapes], tmp_path / "to", lambda *told: seen.append(told))
    assert found == Fetched((tmp_path / "to" / PATH, tmp_path / "to" / rivers.path), (shapes,))
    assert files_in(tmp_path / "to") == {PATH: TOWNS, rivers.path: RIVERS}
    assert files_in(mirror) == {PATH: TOWNS, rivers.path: RIVERS}
    assert seen == [(PATH, len(TOWNS), len(TOWNS)), (rivers.path, len(RIVERS), len(RIVERS))]
    assert server.asked == []


def test_a_mirror_may_be_the_folder_itself(server, mirror):
    assert fetch_files([server.file()], mirror).there == (mirror / PATH,)
    assert files_in(mirror) == {PATH: TOWNS}


def test_a_wrong_file_in_a_mirror_is_refused_with_both_checksums(server, tmp_path, mirror):
    (mirror / PATH).write_bytes(b"old")
    file = server.file()
    refused([file], tmp_path / "to", str(mirror / PATH), file.sha256, hashlib.sha256(b"old").hexdigest(), "mirror")
    assert server.asked == []


def test_a_mirror_that_lacks_a_file_is_told(server, tmp_path, mirror):
    (mirror / PATH).unlink()
    refused([server.file()], tmp_path / "to", PATH, str(mirror), "HINTERLAND_MIRROR")
    assert server.asked == []


def test_a_mirror_that_changes_under_the_copy_is_noticed(server, tmp_path, mirror, monkeypatch):
    copy = shutil.copyfile

    def torn(source: Path, target: str) -> None:
        copy(source, target)
        Path(target).write_bytes(TOWNS[:1000])

    monkeypatch.setattr(shutil, "copyfile", torn)
    refused([server.file()], tmp_path / "to", PATH)


@pytest.mark.parametrize("named", ["nowhere", "mirror/cn/towns.csv"])
def test_a_mirror_that_is_no_folder_is_told(server, tmp_path, mirror, monkeypatch, named):
    monkeypatch.setenv("HINTERLAND_MIRROR", str(tmp_path / named))
    refused([server.file()], tmp_path / "to", "HINTERLAND_MIRROR", str(tmp_path / named), "is no folder")


def test_an_empty_variable_names_no_mirror(server, tmp_path, monkeypatch):
    monkeypatch.setenv("HINTERLAND_MIRROR", "")
    assert fetch_files([server.file()], tmp_path).there


@pytest.mark.shared
def test_the_folder_beside_the_checkout_serves_as_a_mirror(tmp_path, monkeypatch):
    monkeypatch.setenv("HINTERLAND_MIRROR", str(SHARED))
    found = fetch("cn-counties", tmp_path)
    assert found.missing == ()
    assert [path.relative_to(tmp_path).as_posix() for path in found.there] == [
        file.path for file in sources.raw_files("cn-counties")
    ]


# --- the disk and the keyboard


def test_a_full_disk_leaves_nothing(server, tmp_path, monkeypatch):
    """The disk fills after 100,000 bytes, as `write` tells it."""
    opened = Path.open

    class Full:
        def __init__(self, path: Path) -> None:
            self.file = opened(path, "wb")
            self.room = 100_000

        def write(self, chunk: bytes) -> int:
            self.room -= self.file.write(chunk)
            if self.room < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return len(chunk)

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *told: object) -> None:
            self.file.close()

    monkeypatch.setattr(Path, "open", lambda path, mode="r": Full(path) if mode == "wb" else opened(path, mode))
    refused([server.file()], tmp_path, PATH, "no space is left", "0.3 MB", "HINTERLAND_DATA")
    assert len(server.asked) == 1, "trying again makes no room"


@pytest.mark.parametrize("folder", ["file", "file/below"])
def test_a_file_in_the_way_of_the_folder_is_told(server, tmp_path, folder):
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(InputError, match=r"cannot be written.*HINTERLAND_DATA"):
        fetch_files([server.file()], tmp_path / folder)
    assert files_in(tmp_path) == {"file": b"mine"}
    assert server.asked == []


def test_a_folder_that_may_not_be_written_is_told(server, tmp_path, monkeypatch):
    """As a folder answers in which this user may make no file; tests may run as one who may do all."""

    def forbidden(*arguments: object, **options: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("pooch.utils.tempfile.NamedTemporaryFile", forbidden)
    refused([server.file()], tmp_path, PATH, "cannot be written", "HINTERLAND_DATA")
    assert server.asked == []


CHILD = """
import signal
import sys
from pathlib import Path
from hinterland.data.fetch import fetch_files
from hinterland.data.sources import RawFile

signal.signal(signal.SIGINT, signal.default_int_handler)  # shells let what runs behind them ignore it
file = RawFile.model_validate_json(sys.argv[1]).model_copy(update={"address": sys.argv[2]})
fetch_files([file], Path(sys.argv[3]), lambda path, done, size: print(done, flush=True))
"""


@pytest.mark.skipif(os.name != "posix", reason="a console's Ctrl-C reaches the tests as well")
def test_an_interruption_leaves_nothing_half_written(server, tmp_path):
    def stall(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        answer(handler, body[:200_000], length=len(body))
        handler.wfile.flush()
        server.leave.wait(10)

    file = server.file()
    server.doing = [stall]
    command = [sys.executable, "-c", CHILD, raw().model_dump_json(), str(file.address), str(tmp_path / "to")]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    assert child.stdout is not None
    assert int(child.stdout.readline()) > 0
    assert files_in(tmp_path / "to"), "something has come, under another name"
    assert PATH not in files_in(tmp_path / "to")
    child.send_signal(signal.SIGINT)
    _, told = child.communicate(timeout=10)
    assert child.returncode != 0
    assert "KeyboardInterrupt" in told
    assert files_in(tmp_path / "to") == {}


def test_a_progress_that_ends_the_command_leaves_nothing(server, tmp_path):
    def stop(path: str, done: int, size: int) -> None:
        if done > 100_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_files([server.file()], tmp_path, stop)
    assert files_in(tmp_path) == {}
