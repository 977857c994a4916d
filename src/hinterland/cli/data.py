"""Commands about what goes into a run: country packs, raw files they are built from, licences, and parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hinterland.cli.console import INPUT_ERROR, answered, plain
from hinterland.cli.console import show as show_table

data = typer.Typer(help="Look at the figures that forecasts start from.", no_args_is_help=True, rich_markup_mode=None)

Ref = Annotated[str, typer.Argument(metavar="cn|NAME|DIR", help="An embedded or built country, or a pack's folder.")]
Pack = Annotated[str, typer.Argument(metavar="PACK", help="jp, jp-census, us or cn-counties.")]


@data.command(short_help="What a country pack holds.")
def show(country: Ref = "cn") -> None:
    """What a country pack holds: places, years, what was imputed or rescaled, sources."""
    with answered():
        from rich.table import Table

        from hinterland.data.describe import describe
        from hinterland.data.pack import read_pack

        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for what, value in describe(read_pack(country)):
            table.add_row(plain(what), plain(value))
        show_table(table)


@data.command(short_help="Whether a country pack can be used.")
def check(folder: Annotated[str, typer.Argument(metavar="DIR", help="The folder of a country pack.")]) -> None:
    """Whether a country pack can be used; else every fault with file, row, column, value and remedy."""
    with answered():
        from hinterland.data.describe import check as check_pack

        found = check_pack(folder)
        for number, fault in enumerate(found.faults, 1):
            typer.echo(f"{number}. {fault}", err=True)
        if found.more:
            typer.echo(f"and {found.more} more", err=True)
        for note in found.notes:
            typer.echo(f"Note: {note}")
        if found.country is None:
            typer.echo(f"{folder} cannot be used", err=True)
            raise typer.Exit(INPUT_ERROR)
        typer.echo(
            f"{folder} can be used: {len(found.country.places)} places, {', '.join(map(str, found.country.years))}"
        )


@data.command(short_help="Fetch the raw files of a pack.")
def get(
    pack: Pack,
    *,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="Where to put them; the user's data folder if not given.")
    ] = None,
) -> None:
    """Fetch the raw files of a pack that have a stable public address; say how to get the others."""
    with answered():
        from hinterland.cli.build import fetch_raw

        fetch_raw(pack, to)


@data.command(short_help="Make a country pack from raw files.")
def build(
    pack: Pack,
    *,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="DIR", help="Folder of raw files; where `data get` puts them if not given."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="PACK", help="Folder of the pack; found by name if not given.")
    ] = None,
) -> None:
    """Make a country pack from raw files; it is then found by its name: `hinterland data show jp`."""
    with answered():
        from hinterland.cli.build import build_pack

        build_pack(pack, source, out)


@data.command(short_help="Sources and terms of the embedded figures.")
def licences() -> None:
    """Where the embedded figures come from and under which terms they may be passed on."""
    with answered():
        from hinterland.data.describe import licences as embedded_licences

        for code, source in embedded_licences():
            typer.echo(f"{code}: {source.title}")
            for line in (source.licence, source.attribution, source.url):
                if line:
                    typer.echo(f"    {line}")


def new_pack(folder: Path) -> None:
    """Writes the template pack; InputError where the folder holds something already."""
    from hinterland.data.template import write_template

    write_template(folder)
    typer.echo(f"Wrote {folder}. Try it: hinterland data check {folder}; then: hinterland run {folder}")


def list_parameters(*, assumed: bool, country: str | None = None) -> None:
    """Prints every parameter, or only those of status `assumed`, as a table, with the fits of a country."""
    from rich.table import Table

    from hinterland.params import load

    records = [record for record in load(fitted=country).records() if not assumed or record["status"] == "assumed"]
    table = Table(box=None, pad_edge=False)
    for column in ("name", "value", "unit", "range", "status", "what it is, and where it comes from"):
        table.add_column(column, overflow="fold", no_wrap=column in ("name", "value", "unit", "status"))
    for record in records:
        low, high = record["range"]
        table.add_row(
            plain(record["name"]),
            _value(record["value"]),
            plain(record["unit"]),
            f"{_value(low)} to {_value(high)}",
            record["status"],
            plain(f"{record['doc']} {record['source']}"),
        )
    show_table(table)
    typer.echo(f"{len(records)} parameters" + (", all assumed" if assumed else ""))


def _value(value: object) -> str:
    if isinstance(value, list | tuple):
        return " ".join(map(_value, value))
    return f"{value:g}" if isinstance(value, int | float) else str(value)
