"""Figures as files, each with its licence and sources inside."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from hinterland.errors import InputError
from hinterland.web.formats import ENDINGS, EXTRA, MEDIA, OF_COUNTRY, OF_PLACE
from hinterland.web.kept import Body, body
from hinterland.web.problems import problem
from hinterland.web.runs import Opened, licences, sources
from hinterland.web.tables import country_csv, country_table, place_table, wide

if TYPE_CHECKING:
    import pandas as pd

PACKED: Final = frozenset({"csv", "svg"})
"""Formats that are worth compressing on the way,"""
LARGEST_PACKED: Final = 8_000_000
"""where they are not so large that compressing takes longer than sending."""


def place_file(run: Opened, code: str, form: str, language: str = "en") -> Body:
    """A place's figures or its chart; refused with 501 where an extra is missing. InputError for another format."""
    run.place(code)
    _check(form, OF_PLACE)
    said = run.licence.en
    if form == "svg":
        content = _chart(run, code, language).encode()
    elif form == "png":
        content = _png(_chart(run, code, language))
    elif form == "xlsx":
        content = _xlsx({"figures": place_table(run, code)}, run)
    elif form == "netcdf":
        from hinterland.web.netcdf import place_netcdf

        content = place_netcdf(run, code, said)
    elif form == "csv":
        content = _commented(place_table(run, code).to_csv(index=False, lineterminator="\n"), said)
    else:
        content = _parquet(place_table(run, code), said)
    return _file(content, form, f"{run.id}-{code}")


def country_file(run: Opened, form: str) -> Body:
    """All places' figures; refused with 501 where an extra is missing. InputError for another format."""
    _check(form, OF_COUNTRY)
    said = run.licence.en
    if form == "gpkg":
        from hinterland.web.geopackage import geopackage

        content = geopackage(run, said)
    elif form == "xlsx":
        content = _xlsx(wide(run), run)
    elif form == "netcdf":
        from hinterland.web.netcdf import country_netcdf

        content = country_netcdf(run, said)
    elif form == "csv":
        content = _commented(country_csv(run), said)
    else:
        content = _parquet(country_table(run), said)
    return _file(content, form, run.id)


def _file(content: bytes, form: str, name: str) -> Body:
    ending = ENDINGS.get(form, form)
    headers = {"Content-Disposition": f'attachment; filename="hinterland-{name}.{ending}"'}
    return body(content, MEDIA[form], headers, pack=form in PACKED and len(content) < LARGEST_PACKED)


def _check(form: str, known: tuple[str, ...]) -> None:
    if form not in known:
        raise InputError(f"there is no format {form[:20]!r}", remedy=f"Use one of {', '.join(known)}", where="format")


def _commented(table: str, said: str) -> bytes:
    """UTF-8 with a mark, so that spreadsheets read names right; the licence is a comment above the header."""
    return f"\ufeff# {said}\n{table}".encode()


def _parquet(table: pd.DataFrame, said: str) -> bytes:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise problem(501, "Parquet files need pyarrow", EXTRA, "format") from None
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    arrow = arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), b"licence": said.encode()})
    out = io.BytesIO()
    pq.write_table(arrow, out, compression="zstd")
    return out.getvalue()


def _xlsx(tables: Mapping[str, pd.DataFrame], run: Opened) -> bytes:
    """A workbook of tables, the first sheet telling the licence and sources; text is text, never a formula."""
    try:
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
    except ImportError:
        raise problem(501, "XLSX files need openpyxl", EXTRA, "format") from None
    book = Workbook(write_only=True)
    about = book.create_sheet("licence")
    cited = run.sources
    about.append([licences(cited).en])
    about.append(["source", "licence", "address"])
    for source in cited:
        about.append([source.title.en, source.licence.en, source.address])
    for name, table in tables.items():
        sheet = book.create_sheet(name)
        sheet.append(list(map(str, table.columns)))
        for row in table.itertuples(index=False):
            cells: list[Any] = []
            for value in row:
                cell = WriteOnlyCell(sheet, value=None if value is None or value != value else value)  # noqa: PLR0124
                if isinstance(value, str):
                    cell.data_type = "s"
                cells.append(cell)
            sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _chart(run: Opened, code: str, language: str) -> str:
    """The fan chart of a place's people."""
    from hinterland.report.fan import fan
    from hinterland.report.text import LANGUAGES, say
    from hinterland.web.standing import first_drawing, standing

    if language not in LANGUAGES:
        remedy = f"Use one of {', '.join(LANGUAGES)}"
        raise InputError(f"there is no language {language[:20]!r}", remedy=remedy, where="language")
    view = run.view
    unit = view.place(code)
    drawn = first_drawing(fan("fan", view, unit))
    said = getattr(licences(sources(view)), language)
    return standing(drawn, language, say("fan_heading", name=unit.name), note=said)


def _png(drawn: str) -> bytes:
    try:
        import resvg_py
    except ImportError:
        raise problem(501, "PNG files need resvg", EXTRA, "format") from None
    return bytes(resvg_py.svg_to_bytes(svg_string=drawn, zoom=2))
