"""A run as files on any host: the same page without the live parts, in a folder below the root of the host."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from browser.conftest import STATIC
from factories import small_country, small_ensemble
from hinterland.results import store
from hinterland.web.runs import opened
from hinterland.web.site import write_site

if TYPE_CHECKING:
    from browser.conftest import Visit

pytestmark = pytest.mark.browser


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *told: object) -> None:
        """Says nothing: the log of a test is its result."""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a plain host of files that holds an exported site of nine invented towns in a folder."""
    if not (STATIC / "index.html").is_file():
        pytest.skip("the page is not built: python web/build_page.py")
    root = tmp_path_factory.mktemp("host")
    country = small_country(9)
    store.write(small_ensemble(12, country=country), root / "run" / "run.zarr")
    runs = opened([root / "run"], {country.code: country})
    write_site(runs.run(None), root / "towns", page=STATIC, claims=False)
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
    box.type("sahnyuan")
    page.wait_for_selector("[role=option]")
    assert "Shanyuan" in page.locator("[role=option]").first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_selector("#fan svg.chart")
    page.wait_for_selector("#pyramid svg.chart")
    assert "levers need" in page.inner_text("#levers")
    assert page.locator(".downloads, .keep, #why form").count() == 0


def test_tables_and_comparison_work_on_files(visit: Visit, host: str) -> None:
    made = visit(base=host)
    page = made.go("?view=rankings", until="table.wide tbody tr")
    assert page.locator("table.wide tbody tr").count() == 9
    page = made.go("?view=compare&compare=A001,A002", until=".beside")
    assert page.locator(".beside thead th").count() == 2
    page = made.go("?view=data&lang=zh", until=".facts")
    assert page.locator(".files a").count() == 0
