"""A run as files on any host: the same page without the live parts, in a folder below the root of the host."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser.conftest import environment

if TYPE_CHECKING:
    from browser.conftest import Visit

pytestmark = pytest.mark.browser


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *told: object) -> None:
        """Says nothing: the log of a test is its result."""


@pytest.fixture(scope="module")
def host(run_folder: Path, server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a plain host of files that holds an exported site in a folder."""
    root = tmp_path_factory.mktemp("host")
    command = [sys.executable, "-m", "hinterland", "export", "site", str(root / "towns"), "--run", str(run_folder)]
    subprocess.run([*command, "--no-claims"], check=True, capture_output=True, timeout=300, env=environment())
    files = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(root)))
    serving = threading.Thread(target=files.serve_forever, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{files.server_address[1]}/towns/"
    files.shutdown()
    serving.join(10)
    files.server_close()


def test_files_alone_answer_for_a_place(visit: Visit, host: str) -> None:
    page = visit(base=host).go(until=".map-frame canvas")
    box = page.get_by_role("combobox", name="Find a place")
    box.type("jaiozuo")
    page.wait_for_selector("[role=option]")
    assert "Jiaozuo" in page.locator("[role=option]").first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_selector("#fan svg.chart")
    page.wait_for_selector("#services svg.chart")
    assert "levers need" in page.inner_text("#levers")
    assert page.locator(".downloads, .keep, #why form").count() == 0


def test_tables_and_comparison_work_on_files(visit: Visit, host: str) -> None:
    made = visit(base=host)
    page = made.go("?view=rankings", until="table.wide tbody tr")
    assert page.locator("table.wide tbody tr").count() == 100
    page = made.go("?view=compare&compare=410800,110100", until=".beside")
    assert page.locator(".beside thead th").count() == 2
    page = made.go("?view=data&lang=zh", until=".facts")
    assert page.locator(".files a").count() == 0
