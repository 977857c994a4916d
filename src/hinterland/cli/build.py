"""Raw files fetched and country packs built from the command line, each whole or not at all."""

from __future__ import annotations

import time
from pathlib import Path

import typer

from hinterland.cli.console import progress_bar
from hinterland.data.build import build, is_pack_folder, writer
from hinterland.data.folders import packs_folder, sources_folder
from hinterland.writing import replacing


def fetch_raw(pack: str, to: Path | None) -> None:
    """Fetches what can be fetched of a pack's raw files and says what must be brought by hand."""
    from hinterland.data.fetch import fetch

    folder = sources_folder() if to is None else to
    with progress_bar() as progress:
        # A bar counts whole files: sizes differ by a thousand and a file is kept or fetched as one.
        found = fetch(pack, folder, progress=lambda name, done, total: progress(done, total, name))
    typer.echo(f"{pack}: {len(found.there)} raw files in {folder}")
    for raw in found.missing:
        typer.echo(f"to be brought by hand: {raw.path}")
        typer.echo(f"    {raw.by_hand}")
    if not found.missing:
        typer.echo(f"Next: hinterland data build {pack}" + ("" if to is None else f" --from {to}"))


def build_pack(pack: str, source: Path | None, out: Path | None) -> None:
    """Builds a pack and checks it by reading it back; InputError where it cannot be made, and nothing is written."""
    began = time.monotonic()
    writer(pack)  # an unknown pack is refused before a folder is made
    folder = sources_folder() if source is None else source
    target = packs_folder() / pack if out is None else out
    with replacing(target, is_ours=is_pack_folder, kind="country pack") as part:
        made = build(pack, folder, part)
    country = made.country
    for sentence in made.repairs:
        typer.echo(f"Note: {sentence}")
    typer.echo(
        f"{country.names['en']}: {len(country.places):,} places, {country.years[0]}-{country.years[-1]} "
        f"({len(country.years)} years), in {time.monotonic() - began:.0f} s"
    )
    typer.echo(f"Pack: {target}")
    typer.echo(f"Next: hinterland backtest {pack if out is None else out}")
