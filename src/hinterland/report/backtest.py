"""The page of a back-test: who forecast best, where the model loses, and what its intervals were worth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import hinterland
from hinterland.evaluate.backtest import Backtest
from hinterland.evaluate.control import FORECAST
from hinterland.evaluate.leaderboard import MODEL, Leaderboard
from hinterland.report.backtest_calibration import coverage, histograms
from hinterland.report.backtest_charts import curves
from hinterland.report.backtest_map import error_map
from hinterland.report.backtest_tables import board_table, class_table, detail_table, miss_tables
from hinterland.report.backtest_view import Trial
from hinterland.report.backtest_words import control_name, country, verdict
from hinterland.report.page import page
from hinterland.report.tables import folded
from hinterland.report.text import Text, html, same, say
from hinterland.writing import write_text


def write_backtest(test: Backtest, board: Leaderboard, path: Path) -> None:
    """Writes the page of a back-test to `path`, whole or not at all; InputError where it cannot be written."""
    write_text(path, backtest_page(test, board))


def backtest_page(test: Backtest, board: Leaderboard) -> str:
    """The page of a back-test as one HTML text; `board` holds the scores of `test`."""
    trial = Trial(test, board)
    body = [
        _opening(trial),
        *(_board(trial, control) for control in trial.controls),
        _section(say("bt_curves"), curves("curves", trial)),
        _section(say("bt_coverage", horizon=trial.horizon), coverage("coverage", trial)),
        _section(say("bt_pit", horizon=trial.horizon), histograms("pit", trial)),
        _section(_of_subject(trial, "bt_map"), error_map("map", trial)),
        _classes(trial),
        _section(_of_subject(trial, "bt_misses"), _note(say("bt_misses_note")) + miss_tables(trial)),
        *_remarks(trial),
    ]
    made = say("bt_made", version=hinterland.__version__, code=country(test.panel), launch=test.launch)
    footer = f"<footer><p>{html(made)}</p><p>{html(say('sources_land'))}</p></footer>"
    title = say("bt_title", code=country(test.panel), launch=test.launch)
    return page(title, _lead(trial), "".join(body) + footer)


def _lead(trial: Trial) -> Text:
    test = trial.test
    record, asked = test.panel.years, test.years
    return say(
        "bt_lead",
        places=f"{len(test.panel.codes):,}",
        first=record[0],
        last=record[-1],
        methods=len(test.entries),
        launch=test.launch,
        years=asked[0] if len(asked) == 1 else f"{asked[0]}–{asked[-1]}",
    )


def _opening(trial: Trial) -> str:
    """How forecasts were made, and the answer in words."""
    knew = any(entry.remarks for entry in trial.test.entries)
    known = [say("bt_known", launch=trial.test.launch), *([say("bt_known_but")] if knew else []), say("bt_survivors")]
    answer = "".join(f"<li>{html(sentence)}</li>" for sentence in verdict(trial))
    return (
        "".join(f"<p>{html(each)}</p>" for each in known)
        + f'<section class="record answer"><h2>{html(say("bt_verdict"))}</h2><ul>{answer}</ul></section>'
    )


def _board(trial: Trial, control: str) -> str:
    """The leaderboard under one control: all horizons, then every score at one of them."""
    said = "bt_board_forecast" if control == FORECAST else "bt_board_distribution"
    notes = [say(said), say("bt_board_note", horizon=trial.horizon)]
    best = trial.baseline(control, trial.horizon)
    if best is not None:
        baselines = len(trial.test.entries) - (MODEL in trial.entries)
        notes.append(say("bt_best_note", name=best, count=baselines, horizon=trial.horizon))
    detail = detail_table(trial, control) + _note(say("bt_terms"))
    if control == FORECAST:
        detail = f"<h3>{html(say('bt_detail', horizon=trial.horizon, control=control_name(control)))}</h3>{detail}"
    else:
        detail = folded(say("bt_detail", horizon=trial.horizon, control=control_name(control)), detail)
    content = _note(notes[0]) + board_table(trial, control) + "".join(_note(note) for note in notes[1:]) + detail
    return _section(say("bt_board", control=control_name(control)), content)


def _of_subject(trial: Trial, key: str) -> Text:
    return say(key, name=trial.subject.method, horizon=trial.horizon, year=trial.year)


def _classes(trial: Trial) -> str:
    tables = [
        class_table(trial, kind, say(key))
        for kind, key in (("size", "bt_size"), ("growth", "bt_growth"), ("age", "bt_age"))
    ]
    content = _note(say("bt_classes_note", horizon=trial.horizon)) + "".join(tables)
    ages = _note(say("bt_age_note")) if tables[-1] else _note(say("bt_no_ages"))
    return _section(say("bt_classes", horizon=trial.horizon), content + ages)


def _remarks(trial: Trial) -> list[str]:
    """What could not be asked, what looks wrong in the record, and what forecasts and intervals rest on."""
    test = trial.test
    warned = "".join(f'<li lang="en">{html(same(warning))}</li>' for warning in test.warnings)
    rest = [(entry.method, entry.spread) for entry in test.entries]
    knew = [(entry.method, remark) for entry in test.entries for remark in entry.remarks]
    return [
        _section(
            say("bt_refusals"),
            _by_reason([(refusal.method, refusal.why) for refusal in test.refusals])
            or f"<p>{html(say('bt_no_refusals'))}</p>",
        ),
        _section(say("bt_warnings"), f"<ul>{warned}</ul>" if warned else f"<p>{html(say('bt_no_warnings'))}</p>"),
        _section(say("bt_sources"), _note(say("bt_sources_note")) + _by_reason(rest)),
        _section(say("bt_remarks"), _by_reason(knew) or f"<p>{html(say('bt_no_remarks'))}</p>"),
    ]


def _by_reason(said: Sequence[tuple[str, str]]) -> str:
    """A list of what is said of methods, those of whom the same is said together; empty for none."""
    methods: dict[str, list[str]] = {}
    for method, words in said:
        methods.setdefault(words, []).append(method)
    items = (
        f"<li>{_said(words)}<br><small>{html(same(', '.join(names)))}</small></li>" for words, names in methods.items()
    )
    return f"<ul>{''.join(items)}</ul>" if methods else ""


def _said(words: str) -> str:
    """Words of a method as they are, in English; nothing said of intervals means that there are none."""
    known = {"": "bt_without", "its own": "bt_own"}
    return html(say(known[words])) if words in known else f'<span lang="en">{html(same(words))}</span>'


def _section(heading: Text, content: str) -> str:
    return f"<section><h2>{html(heading)}</h2>{content}</section>"


def _note(words: Text) -> str:
    return f'<p class="note">{html(words)}</p>'
