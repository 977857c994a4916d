"""The wheel in fresh environments of the oldest and the newest Python at hand: it installs, says its version, reads cn.

    python tools/wheel_check.py                         builds the wheel first; needs the `dev` extra
    python tools/wheel_check.py --wheel dist/NAME.whl   takes one that is there

Which Pythons are at hand is found: `python3.N` on the path, those of pyenv and uv, and the one that runs this file.
Those that the package does not support, or that cannot make an environment, are passed over and named.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
Version = tuple[int, int, int]
ASKED = "import sys, venv, ensurepip; print(*sys.version_info[:3], sys.version_info.releaselevel)"
NAMED = re.compile(r"python3(\.\d+)?(\.exe)?")


def lowest() -> tuple[int, int]:
    """The oldest Python that the package supports, by pyproject.toml."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    found = re.fullmatch(r">=(\d+)\.(\d+)", wanted)
    if found is None:
        raise ValueError(f"requires-python is {wanted!r}; this tool reads the form >=3.N")
    return int(found[1]), int(found[2])


def candidates() -> Iterator[Path]:
    """Paths that may be Pythons: on the path, of pyenv and uv, and the one that runs this file outside its venv."""
    yield Path(getattr(sys, "_base_executable", sys.executable))
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if folder and Path(folder).is_dir():
            yield from sorted(path for path in Path(folder).iterdir() if NAMED.fullmatch(path.name))
    home = Path.home()
    pyenv = Path(os.environ.get("PYENV_ROOT", home / ".pyenv")) / "versions"
    for versions in (pyenv, home / ".local" / "share" / "uv" / "python"):
        yield from sorted(versions.glob("*/bin/python3"))


def usable(paths: Iterable[Path]) -> dict[Version, Path]:
    """Final releases among them that the package supports and that can make an environment; the first of a version."""
    found: dict[Version, Path] = {}
    for path in dict.fromkeys(paths):
        try:
            asked = subprocess.run([path, "-I", "-c", ASKED], capture_output=True, text=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired):
            continue
        parts = asked.stdout.split()
        if asked.returncode or len(parts) != 4:
            continue
        version = (int(parts[0]), int(parts[1]), int(parts[2]))
        if parts[3] == "final" and version[:2] >= lowest():
            found.setdefault(version, path)
    return found


def ends(found: Mapping[Version, Path]) -> list[Version]:
    """The oldest and the newest version, or the one there is; ValueError where there is none."""
    if not found:
        raise ValueError(f"no Python from {'.'.join(map(str, lowest()))} on is at hand")
    return sorted({min(found), max(found)})


def tried(python: Path, wheel: Path, folder: Path) -> int:
    """Installs the wheel into a new environment in `folder` and asks it; returns its size in MB.

    subprocess.CalledProcessError where a step fails, ValueError where the version told is not that of the wheel.
    """
    subprocess.run([python, "-m", "venv", folder], check=True)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    quiet = ["--disable-pip-version-check", "--quiet", "--constraint", str(ROOT / "constraints.txt")]
    subprocess.run([scripts / "python", "-m", "pip", "install", *quiet, str(wheel)], check=True)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    for words in (["--version"], ["data", "show", "cn"]):
        asked = [scripts / "hinterland", *words]
        told = subprocess.run(asked, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout
        print("\n".join(told.splitlines()[:3]))
        if words == ["--version"] and told.split()[-1] != wheel.name.split("-")[1]:
            raise ValueError(f"{wheel.name} says {told.strip()!r}")
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()) >> 20


def built(folder: Path) -> Path:
    """The wheel of this checkout, built into a folder."""
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT], check=True, stdout=subprocess.DEVNULL
    )
    return next(folder.glob("hinterland-*.whl"))


def main() -> None:
    """Tries the wheel; the exit status is 1 where an installation is larger than allowed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("--largest", type=int, help="MB that an installation may take")
    asked = parser.parse_args()
    found = usable(candidates())
    print("Pythons at hand:", ", ".join(".".join(map(str, version)) for version in sorted(found)))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        wheel = (asked.wheel or built(folder / "dist")).resolve()
        for version in ends(found):
            name = ".".join(map(str, version))
            size = tried(found[version], wheel, folder / name)
            print(f"Python {name}: installed, {size} MB")
            if asked.largest is not None and size > asked.largest:
                sys.exit(f"the installation is larger than {asked.largest} MB")


if __name__ == "__main__":
    main()
