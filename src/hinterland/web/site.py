"""A run as static files: the page, and every answer that needs no live model as JSON, for any host of files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from hinterland.errors import InputError
from hinterland.web import pages
from hinterland.web.claims import Claims
from hinterland.web.kept import as_json
from hinterland.web.maps import map_data
from hinterland.web.places import place
from hinterland.web.runs import Opened, record
from hinterland.web.scenarios import scenarios
from hinterland.web.schemas_claims import Cards
from hinterland.web.search import index, search
from hinterland.web.series import place_series, pyramid, services
from hinterland.writing import replacing

Progress = Callable[[int, int, str], None]
Answer = BaseModel | Sequence[BaseModel]

MARK: Final = "hinterland-site.json"
"""File by which a folder is known to be a site, so that it may be replaced."""


def write_site(
    run: Opened, folder: Path, *, page: Path | None = None, claims: bool = True, progress: Progress | None = None
) -> int:
    """Writes the site of a run to a folder, whole or not at all; returns how many files.

    InputError: the page is not built, or the folder holds something else or cannot be written.
    """
    built = pages.static_folder() if page is None else page
    if not (built / "index.html").is_file():
        remedy = "Build it with `pip install -e .` in a checkout, or install the wheel"
        raise InputError("the page is not built in this installation", remedy=remedy, where="export site")
    tell = progress or _untold
    with replacing(folder, is_ours=is_site, kind="site") as part:
        for source in sorted(built.rglob("*")):
            if source.is_file():
                target = part / source.relative_to(built)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
        (part / "config.js").write_text(pages.STATIC, encoding="utf-8")
        total = len(run.codes)
        done = 0
        for name, answer in answers(run, claims=claims):
            path = part / "api" / f"{name}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(as_json(answer).raw)
            if name.endswith("/pyramid"):
                done += 1
                tell(done, total, "places")
        mark = {"run": run.id, "country": run.view.nation.key, "places": total}
        (part / MARK).write_text(json.dumps(mark), encoding="utf-8")
    return sum(1 for each in folder.rglob("*") if each.is_file())


def answers(run: Opened, *, claims: bool) -> Iterator[tuple[str, Answer]]:
    """Address below `api`, without its ending, and the answer that the server would give there."""
    yield "runs", [record(run, "off", "these are files: nothing is computed here")]
    yield "places", search(run, index(run), "", len(run.codes))
    for name in run.known:
        yield f"map/{name}", map_data(run, name)
    for code in run.codes:
        yield f"places/{code}", place(run, code)
        yield f"places/{code}/series", place_series(run, code)
        yield f"places/{code}/services", services(run, code)
        yield f"places/{code}/pyramid", pyramid(run, code)
    yield "scenarios", scenarios(run.country)
    if claims:
        cards = Claims().all()
        yield "claims", Cards(cards=cards, waiting=0, working=False)
        for card in cards:
            yield f"claims/{card.id}", card


def is_site(folder: Path) -> bool:
    """Whether a folder is one that `write_site` wrote."""
    return (folder / MARK).is_file() and (folder / "config.js").is_file()


def _untold(_done: int, _total: int, _what: str) -> None:
    """Progress that nobody asked for."""
