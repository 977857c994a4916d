"""What all tests share: types checked at run time, quiet settings, and tests skipped where their input is absent."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
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
RESIDENT = Path("/proc/self/statm")
MOST_MEMORY = 2_000_000_000
"""Bytes that a worker may hold when it goes on to another file."""
SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(autouse=True, scope="module")
def _programs_of_other_files_are_dropped() -> Iterator[None]:
    """Compiled programs of a file are of no use to the next; together they would take gigabytes in every worker."""
    yield
    if RESIDENT.exists() and int(RESIDENT.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") > MOST_MEMORY:
        from hinterland.memory import forget_compiled

        forget_compiled()


@pytest.fixture(autouse=True, scope="session")
def _inversions_are_made_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> None:
    """What one file has inverted serves the others, on other workers too: many prepare the same countries."""
    from hinterland.calibrate.inverted import keep

    ours = tmp_path_factory.getbasetemp()
    keep((ours if worker_id == "master" else ours.parent) / "inverted")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    no_browser = not any(shutil.which(name) for name in BROWSERS)
    no_shared = not SHARED.is_dir()
    for item in items:
        if no_browser and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no Chromium on the path"))
        if no_shared and item.get_closest_marker("shared"):
            item.add_marker(pytest.mark.skip(reason="no folder of facts beside the checkout"))
