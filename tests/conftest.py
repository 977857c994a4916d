"""What all tests share: types checked at run time, quiet settings, and tests skipped where their input is absent."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings
from jaxtyping import install_import_hook

os.environ.setdefault("JAX_PLATFORMS", "cpu")
# Small countries take longer to compile than to run: a quarter of the time with these, which jaxlib of constraints.txt
# knows. Examples of the documents run without them, as users do.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false")

# The equations' argument types hold at run time in tests; users pay nothing for it.
install_import_hook(["hinterland.model", "hinterland.space"], "beartype.beartype")

# The same examples at every run: a failure is a change of the code, and slow machines are no failure.
settings.register_profile("repeatable", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("repeatable")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SHARED = Path(__file__).parents[2] / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    no_browser = not any(shutil.which(name) for name in BROWSERS)
    no_shared = not SHARED.is_dir()
    for item in items:
        if no_browser and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no Chromium on the path"))
        if no_shared and item.get_closest_marker("shared"):
            item.add_marker(pytest.mark.skip(reason="no folder of facts beside the checkout"))
