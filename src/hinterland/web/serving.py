"""A server started: its port tried first, its address told, and an end that waits for nobody for long."""

from __future__ import annotations

import errno
import ipaddress
import secrets
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from hinterland.errors import InputError
from hinterland.web.guard import LOOPBACK

PORT: Final = 8765
HOST: Final = "127.0.0.1"
SWITCH: Final = 0.001
"""Seconds after which a thread gives way to others; Python's own are five times that."""
_IN_USE: Final = {errno.EADDRINUSE, 10048}
_REFUSED: Final = {errno.EACCES, 10013}


def serve(
    folders: Sequence[Path],
    *,
    host: str = HOST,
    port: int = PORT,
    token: str | None = None,
    packs: Sequence[str] = (),
    live: bool = True,
    say: Callable[[str], None] = print,
) -> None:
    """Serves runs until it is told to end; InputError where the runs, the host or the port cannot be used.

    On loopback no token is asked for unless one is given; beyond it there always is one, made where none is given.
    """
    bound = bind(host, port)
    try:
        asked = token_of(host, token)
        import uvicorn

        from hinterland.data.pack import read_pack
        from hinterland.web.app import create_app
        from hinterland.web.runs import opened
        from hinterland.web.server import Server

        countries = [read_pack(ref) for ref in packs]
        runs = opened(folders, {country.code: country for country in countries})
        server = Server(runs, live=live)
        app = create_app(server, token=asked, hosts=hosts_of(host))
        place = address(host, bound.getsockname()[1])
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=3,
            timeout_keep_alive=20,
            limit_concurrency=512,
            h11_max_incomplete_event_size=16_384,
        )
        for run in runs.by_id.values():
            say(f"Run {run.id}: {len(run.codes)} places, {run.years[0]} to {run.years[-1]}")
        say(f"Open {place}" + (f"/?token={asked}" if asked else "/") + "  (Ctrl-C ends it)")
        # Making answers and compiling hold Python's lock for long: who waits for it gets it five times sooner.
        sys.setswitchinterval(SWITCH)
        # Ctrl-C is how a server is meant to end: uvicorn has closed everything by the time it is raised again.
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[bound])
    finally:
        bound.close()


def token_of(host: str, given: str | None) -> str:
    """The token that is asked for; empty for none. InputError for one that is too short to be one."""
    if given is not None:
        if len(given) < 12 or not given.isascii() or not all(c.isalnum() or c in "-_." for c in given):
            remedy = "Give at least 12 letters, digits, hyphens, dots or underscores, or leave it out to have one made"
            raise InputError("the token cannot be used", remedy=remedy, where="--token")
        return given
    return "" if is_loopback(host) else secrets.token_urlsafe(24)


def hosts_of(host: str) -> frozenset[str]:
    """Names by which a server on a host may be called; any where it listens beyond loopback and asks for a token."""
    return LOOPBACK if is_loopback(host) else frozenset()


def is_loopback(host: str) -> bool:
    """Whether a host is this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def address(host: str, port: int) -> str:
    """The address that a browser opens."""
    named = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - where it listens everywhere
    return f"http://{f'[{named}]' if ':' in named and not named.startswith('[') else named}:{port}"


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens; InputError where the host does not exist or the port is taken or may not be used."""
    if not 0 <= port <= 65535:
        raise InputError(f"there is no port {port}", remedy="Give one from 1024 to 65535", where="--port")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError):
        remedy = "Give an address of this machine, such as 127.0.0.1"
        raise InputError(f"there is no host {host!r}", remedy=remedy, where="--host") from None
    family, kind, protocol, _, where = found[0]
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(where)
        made.listen(256)
    except OSError as error:
        made.close()
        if error.errno in _IN_USE:
            what, remedy = f"port {port} is in use", f"End what uses it, or give another: --port {min(port + 1, 65535)}"
        elif error.errno in _REFUSED:
            what, remedy = f"port {port} may not be used", "Give one from 1024 on, such as --port 8765"
        else:
            what, remedy = f"{host}:{port} cannot be used", "Give an address of this machine, such as 127.0.0.1"
        raise InputError(what, remedy=remedy, where="--port") from None
    return made
