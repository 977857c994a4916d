"""Has the page built before a wheel or an editable install is made, so that no wheel ships without it."""

from __future__ import annotations

import os
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SKIP = "HINTERLAND_NO_PAGE"
"""Set to 1, an editable install goes without the page, for work without a network; a wheel never does."""


class PageHook(BuildHookInterface[Any]):
    """Runs before anything is put into a wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Builds the page where it is missing or its sources have changed; fails where it cannot."""
        if version == "editable" and os.environ.get(SKIP) == "1":
            self.app.display_warning(f"{SKIP}=1: the page is not built")
            return
        root = Path(self.root)
        spec = spec_from_file_location("build_page", root / "web" / "build_page.py")
        if spec is None or spec.loader is None:
            raise RuntimeError(f"{root / 'web' / 'build_page.py'} is missing: the page cannot be built")
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        module.build_page(root)
