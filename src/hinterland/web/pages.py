"""The page itself: files of the built page, or a plain page that says how to build it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response

LIVE: Final = "window.HINTERLAND_STATIC = false;\n"
STATIC: Final = "window.HINTERLAND_STATIC = true;\n"
_HASHED: Final = "assets"
"""Folder of files whose names change with what they hold."""
_PLAIN: Final = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>hinterland</title></head>
<body><h1>hinterland</h1>
<p>The server runs, and its page is not built in this installation. Build it with
<code>pip install -e .</code> in a checkout, or install the wheel.</p>
<p>The figures are at <a href="api/runs">/api/runs</a>; <a href="api/openapi.json">/api/openapi.json</a> lists all
addresses.</p></body></html>
"""


def static_folder() -> Path:
    """Where the build puts the page."""
    return Path(str(files("hinterland.web"))) / "static"


def routes(folder: Path) -> APIRouter:
    """The router of a page in a folder; every address that names no file is the page's own."""
    router = APIRouter(include_in_schema=False)
    root = folder.resolve()

    @router.api_route("/config.js", methods=["GET", "HEAD"])
    def config() -> Response:
        return Response(LIVE, media_type="text/javascript", headers={"Cache-Control": "no-cache"})

    @router.api_route("/{path:path}", methods=["GET", "HEAD"])
    def page(path: str, request: Request) -> Response:
        if path == "api" or path.startswith("api/") or ".." in path:
            raise HTTPException(404)
        wanted = _inside(root, path)
        if wanted is None and "." in path.rpartition("/")[2]:
            raise HTTPException(404)
        found = wanted or _inside(root, "index.html")
        if found is None:
            return HTMLResponse(_PLAIN, headers={"Cache-Control": "no-store"})
        lasting = "public, max-age=31536000, immutable" if found.parent.name == _HASHED else "no-cache"
        told = found.stat()
        headers = {"Cache-Control": lasting, "ETag": f'"{told.st_mtime_ns:x}-{told.st_size:x}"'}
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return FileResponse(found, headers=headers)

    return router


def _inside(root: Path, path: str) -> Path | None:
    """A file below the root; None where there is none, or where the address leads out or to a hidden file."""
    parts = path.split("/")
    if not path or "\0" in path or "\\" in path or any(part in ("", "..") or part.startswith(".") for part in parts):
        return None
    try:
        found = root.joinpath(*parts).resolve()
        return found if found.is_relative_to(root) and found.is_file() else None
    except (OSError, ValueError):
        return None
