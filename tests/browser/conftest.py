"""The page in Debian's Chromium, over the real server on a run of the embedded country; made once for all its tests."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src" / "hinterland" / "web" / "static"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
JIAOZUO = "410800"
READY = 600
"""Seconds until the live model must be ready; on two idle cores it takes about one minute."""


@dataclass
class Visitor:
    """A page in a browser of its own, and what it must not do: complain, or ask another machine."""

    page: Page
    base: str
    wrong: list[str] = field(default_factory=list)

    def go(self, query: str = "", *, until: str = "h1") -> Page:
        """Opens an address of the page and waits for its content."""
        self.page.goto(self.base + query)
        self.page.wait_for_selector(until)
        return self.page

    def place(self, code: str = JIAOZUO, more: str = "") -> Page:
        """Opens a place and waits until its outlook is drawn."""
        return self.go(f"?place={code}{more}", until="#fan svg.chart")


Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of China's prefectures with few members, made by the command line as users make theirs.

    HINTERLAND_TEST_RUN names one that was made before, which saves a minute.
    """
    if given := os.environ.get("HINTERLAND_TEST_RUN"):
        return Path(given)
    folder = tmp_path_factory.mktemp("page") / "run"
    command = [
        sys.executable,
        "-m",
        "hinterland",
        "run",
        "cn",
        "--members",
        "16",
        "--until",
        "2050",
        "--out",
        str(folder),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=900, env=environment())
    return folder


@pytest.fixture(scope="session")
def server(run_folder: Path) -> Iterator[str]:
    """The address of `hinterland serve` on a free port."""
    if not (STATIC / "index.html").is_file():
        pytest.skip("the page is not built: python web/build_page.py")
    command = [sys.executable, "-m", "hinterland", "serve", str(run_folder), "--port", "0"]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(), encoding="utf-8"
    )
    assert running.stdout is not None
    said: list[str] = []
    address = ""
    for line in running.stdout:
        said.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
            address = found[0]
            break
    assert address, "".join(said)
    drain = threading.Thread(target=lambda: said.extend(running.stdout or ()), daemon=True)
    drain.start()
    try:
        yield address
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait(10)
        drain.join(10)
        running.stdout.close()


@pytest.fixture(scope="session")
def live(server: str) -> str:
    """The same address once levers can be moved."""
    import requests

    began = time.monotonic()
    while time.monotonic() - began < READY:
        run = requests.get(f"{server}api/runs", timeout=60).json()[0]
        if run["live"]:
            print(f"\nlive model ready after {time.monotonic() - began:.0f} s of waiting")
            return server
        assert run["state"] == "warming" or not run["live_note"]["en"], run["live_note"]
        time.sleep(1)
    pytest.fail(f"the live model was not ready after {READY} s")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the extra `browser`: pip install playwright")
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
    )
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Opens visitors; at the end none may have complained or asked anything of another machine."""
    opened: list[tuple[BrowserContext, Visitor]] = []

    def visitor(base: str = "", **wanted: object) -> Visitor:
        settings = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", "accept_downloads": True} | wanted
        context = browser.new_context(**settings)
        page = context.new_page()
        made = Visitor(page, base or request.getfixturevalue("server"))
        page.set_default_timeout(60_000)
        page.on("console", lambda said: made.wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: made.wrong.append(str(error)))
        page.on("request", lambda asked: _inside(made, asked.url))
        opened.append((context, made))
        return made

    yield visitor
    for context, _ in opened:
        context.close()
    assert [complaint for _, made in opened for complaint in made.wrong] == []


def _inside(made: Visitor, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(made.base).netloc:
        made.wrong.append(f"asked another machine: {url}")


def environment() -> dict[str, str]:
    """That of this process, with the package as it stands in this checkout; for a run made before, as users compile."""
    paths = [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    told = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONUNBUFFERED": "1"}
    if "HINTERLAND_TEST_RUN" in told:
        told.pop("XLA_FLAGS", None)
    return told
