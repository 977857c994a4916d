"""Two scenarios side by side from the command line: differences are those of a run, and mirror each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from hinterland.cli.main import app
from hinterland.data.template import write_template

KEYS = ["place", "year", "variable"]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compared") / "pack"
    write_template(folder)
    return folder


def compare(pack: Path, *arguments: str) -> Result:
    asked = ["compare", *arguments, "--country", str(pack), "--members", "2"]
    return CliRunner().invoke(app, asked, catch_exceptions=False)


@pytest.mark.slow
def test_a_difference_turned_round_has_the_other_sign(pack: Path, tmp_path: Path) -> None:
    until = str(int(_base_year(pack)) + 10)
    there, back = tmp_path / "there.csv", tmp_path / "back.csv"
    result = compare(pack, "base", "fertility_high", "--until", until, "--out", str(there))
    assert result.exit_code == 0, result.output
    assert "fertility_high less base" in result.output
    assert "They differ in: fertility" in result.output
    assert compare(pack, "fertility_high", "base", "--until", until, "--out", str(back)).exit_code == 0
    one, other = (pd.read_csv(path).set_index(KEYS).sort_index() for path in (there, back))
    people = one.xs("people", level="variable")
    assert (people.loc[people.index.get_level_values("year") == int(until), "difference"] > 0).all()
    assert (one.loc[one.index.get_level_values("year") == int(until) - 10, "difference"] == 0).all()
    # The nation's corrections are those of the base in both.
    np.testing.assert_allclose(one["difference"], -other["difference"], rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("base", "base"), "both scenarios are base"),
        (("base", "fertility_hig"), "fertility_high"),
        (("base", "fertility_high", "--place", "Nowhere-on-earth"), "Nowhere-on-earth"),
        (("base", "fertility_high", "--only", "pull"), "they differ in fertility too"),
        (("base", "fertility_high", "--only", "fertility", "--only", "pull"), "they do not differ in pull"),
    ],
)
def test_what_cannot_be_compared_is_refused_before_anything_runs(
    pack: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    out = tmp_path / "out.csv"
    result = compare(pack, *arguments, "--out", str(out))
    assert result.exit_code != 0
    assert said in " ".join(result.output.split())
    assert not out.exists()


def _base_year(pack: Path) -> str:
    text = (pack / "pack.toml").read_text(encoding="utf-8")
    return next(line.split("=")[1].split("#")[0].strip() for line in text.splitlines() if line.startswith("base_year"))
