"""What tests compare runs on disk by."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path


def digests(folder: Path) -> dict[str, str]:
    """Every file's digest; the attributes of a group, which carry the time of writing, without that time."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if path.name == "zarr.json" and b'"created"' in content:
                described = json.loads(content)
                described["attributes"].pop("created")
                content = json.dumps(described).encode()
            found[str(path.relative_to(folder))] = hashlib.sha256(content).hexdigest()
    return found
