"""What a run says about one place, in the terminal: the record first, then the forecast, then what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hinterland.report.answer import answer
from hinterland.report.money import debt_told
from hinterland.report.place import write_place
from hinterland.report.text import Text, say
from hinterland.report.view import View
from hinterland.results.layout import PLACES, STORE
from hinterland.results.query import find
from hinterland.results.store import open_run


def tell(folder: Path, name: str, language: str) -> Iterator[str]:
    """Writes the page of the place that `name` means into the run's folder and yields the lines of the answer.

    InputError: no place or several are called that, or the page cannot be written.
    """
    dataset = open_run(folder / STORE)
    code = find(dataset, name)
    page = folder / PLACES / f"{code}.html"
    write_place(dataset, code, page)
    view = View(dataset)
    unit = view.place(code)
    region = view.region_name(view.regions[unit.at[0]])
    told = answer(view, unit)
    yield " · ".join((unit.name.of(language), code, region.of(language)))
    # The caveat comes last, whatever else is told.
    forecast = (*told.forecast[:-1], *debt_told(view, unit), *told.forecast[-1:])
    for heading, sentences in ((say("track_heading"), told.record), (say("answer_heading"), forecast)):
        if sentences:
            yield ""
            yield heading.of(language)
            yield from (f"  {sentence.of(language)}" for sentence in sentences)
    yield ""
    yield f"{say('assumed_heading').of(language)}: {_assumed(view).of(language)}"
    yield f"{_REPORT.of(language)}: {page}"


_REPORT = Text("Report", "报告", "レポート")
_ASSUMED = Text(
    "{count} of {all} values; `hinterland parameters --assumed` lists them.",
    "{all}个参数中有{count}个；用 `hinterland parameters --assumed` 查看。",
    "{all}個のパラメータのうち{count}個。`hinterland parameters --assumed` で一覧できます。",
)


def _assumed(view: View) -> Text:
    """How many of the run's parameters rest on no measurement."""
    records = view.records("parameters")
    count = sum(record.get("status") == "assumed" for record in records)
    return Text(
        **{language: _ASSUMED.of(language).format(count=count, all=len(records)) for language in ("en", "zh", "ja")}
    )
