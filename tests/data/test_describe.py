"""What is said of packs: their contents, their terms, and the template that runs as it stands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hinterland.data.describe import check, describe, licences
from hinterland.data.pack import embedded, read_pack
from hinterland.data.schema import TABLES
from hinterland.data.template import write_template

PAGE = Path(__file__).parents[2] / "docs" / "packs.md"


def test_a_description_says_years_ages_drivers_terms_and_notes():
    rows = describe(read_pack("cn"))
    said = dict(rows)
    assert said["country"] == "China · 中国 (cn)"
    assert said["places"] == "356 in 31 regions"
    assert said["people 2020"].startswith("1,405,845,669; ages published for 356")
    assert said["jobs_mine_pct"] == "2010 (345 places), 2020 (356 places)"
    assert said["peers"] == "Jincheng, Hegang, Zhengzhou, Shenzhen"
    assert any(what == "source" and "CC BY 3.0 IGO" in value for what, value in rows)
    assert any(what == "note" and "Chongqing" in value for what, value in rows)


def test_every_embedded_source_states_its_terms():
    found = licences()
    assert {code for code, _ in found} == set(embedded())
    terms = {source.key: source.licence for _, source in found}
    assert terms["un_wpp_2024"] == "CC BY 3.0 IGO"
    assert terms["nbs_census"].startswith("MIT")


def test_the_template_is_a_country_that_says_it_is_invented(tmp_path):
    files = write_template(tmp_path / "deep" / "mine")
    assert "pack.toml" in {file.name for file in files}
    found = check(tmp_path / "deep" / "mine")
    assert found.faults == ()
    country = found.country
    assert country is not None
    assert len(country.places) == 12
    assert any("invented" in note for note in country.notes)
    assert country.drivers.borrowed_from == "cn"
    said = dict(describe(country))
    assert said["people 2020"].endswith("imputed for 12")
    assert "borrowed from cn" in said["nation"]
    assert np.isfinite(country.indicator("registered_per_100_residents", 2010)).all()


def test_the_template_fits_into_an_empty_folder_and_leaves_nothing_beside_it(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    write_template(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_template_meets_its_shares(tmp_path):
    write_template(tmp_path / "mine")
    country = read_pack(tmp_path / "mine")
    place = country.places.codes.index("XW4")
    assert country.people[1, place, :, 12:].sum() == pytest.approx(0.298 * country.totals[1, place])


def test_the_reference_names_every_table_and_column():
    page = PAGE.read_text(encoding="utf-8")
    for table in TABLES.values():
        assert f"`{table.name}`" in page, table.name
        for column in table.columns:
            stem = column.name
            for ending in ("_80l", "_80u", "_95l", "_95u", "_low", "_high"):
                stem = stem.removesuffix(ending)
            assert f"`{stem}`" in page, f"{table.name}.{column.name}"
