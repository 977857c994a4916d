"""`hinterland export`: a run as files that need no server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hinterland.cli.console import answered, progress_bar

export = typer.Typer(help="Write a run as files for others.", no_args_is_help=True, rich_markup_mode=None)


@export.callback()
def options() -> None:
    """Write a run as files for others."""


@export.command(short_help="The page and its answers as static files.")
def site(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the site; an earlier site is replaced.")],
    *,
    run: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Folder of the run; the one in this folder where not given.")
    ] = None,
    pack: Annotated[str | None, typer.Option(metavar="NAME|DIR", help="Pack of the run's country.")] = None,
    claims: Annotated[bool, typer.Option("--claims/--no-claims", help="Cards of claims, too.")] = True,
) -> None:
    """Write the page and the answers it asks for as files, for any host of static files; nothing is computed there."""
    with answered():
        from hinterland.data.pack import read_pack
        from hinterland.results.layout import find_run
        from hinterland.web.runs import opened
        from hinterland.web.site import write_site

        packs = [] if pack is None else [read_pack(pack)]
        found = opened([find_run(run)], {country.code: country for country in packs}).run(None)
        with progress_bar() as progress:
            files = write_site(found, folder, claims=claims, progress=progress)
        size = sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
        typer.echo(f"{files:,} files, {size / 1e6:,.0f} MB: {folder}")
        typer.echo(f"Look at it: python -m http.server --bind 127.0.0.1 --directory {folder}")
