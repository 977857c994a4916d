"""`python -m hinterland` is the command line."""

from __future__ import annotations

from hinterland.cli.main import main

if __name__ == "__main__":
    main()
