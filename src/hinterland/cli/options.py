"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

Workers = Annotated[
    int | None, typer.Option("--workers", metavar="N", help="Processes of this machine; needs the extra `cluster`.")
]
Cluster = Annotated[
    str | None,
    typer.Option("--cluster", metavar="tcp://HOST:PORT", help="A Dask scheduler; needs the extra `cluster`."),
]
