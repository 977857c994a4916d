"""What every request passes first: its size, the host it names, its token, and headers that keep a page to itself."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST_ADDRESS: Final = 2048
LARGEST_BODY: Final = 65_536
COOKIE: Final = "hinterland_token"
HEADER: Final = "x-hinterland-token"
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors {ancestors}"
)
"""What a page may load: nothing from another machine, and no script that does not come from here."""


@dataclass(frozen=True)
class Guard:
    """Middleware; `token` is empty where none is asked for."""

    app: ASGIApp
    token: str = ""
    hosts: frozenset[str] = LOOPBACK
    """Names by which this server may be called; empty for any, where a token is asked for."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or refuses it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = self._refused(scope, headers)
        if refused is not None:
            await _answer(send, *refused)
            return
        if self.token and (moved := self._with_cookie(scope)) is not None:
            await _redirect(send, moved, self.token)
            return
        await self.app(scope, _bounded(receive), _safe(send))

    def _refused(self, scope: Scope, headers: Headers) -> tuple[int, str, str] | None:
        """Status, error and remedy of a request that goes no further."""
        if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) > LONGEST_ADDRESS:
            return 414, "the address is too long", f"Keep it under {LONGEST_ADDRESS} characters"
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            return 413, "the request's body is too large", f"Send at most {LARGEST_BODY} bytes"
        if self.hosts and _name_of(headers.get("host", "")) not in self.hosts:
            return 421, "this server is not called that", "Open it under the address it printed at its start"
        if scope["method"] not in ("GET", "HEAD", "OPTIONS") and not self._own_page(headers):
            return 403, "another site's page asked this", "Ask from the server's own page, or from a program"
        if self.token and not self._may(scope, headers):
            return 401, "a token is needed", f"Send the header {HEADER}, or open the address with ?token= once"
        return None

    def _own_page(self, headers: Headers) -> bool:
        """Whether a request that changes something comes from this server's page, or from no page at all."""
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return False
        origin = headers.get("origin")
        return origin is None or origin.partition("://")[2] == headers.get("host", "")

    def _may(self, scope: Scope, headers: Headers) -> bool:
        given = [headers.get(HEADER, "")]
        bearer = headers.get("authorization", "")
        if bearer.lower().startswith("bearer "):
            given.append(bearer[7:].strip())
        try:
            cookies = SimpleCookie(headers.get("cookie", "")[:4096])
        except CookieError:
            cookies = SimpleCookie()
        if COOKIE in cookies:
            given.append(cookies[COOKIE].value)
        given.append(_query_token(scope))
        # All are compared, so that the time does not tell which one was near.
        right = [hmac.compare_digest(each.encode("utf-8"), self.token.encode("utf-8")) for each in given]
        return True in right

    def _with_cookie(self, scope: Scope) -> str | None:
        """Where a page opened with a right ?token= goes on to, with a cookie instead; None for other requests."""
        given = _query_token(scope)
        if scope["method"] != "GET" or scope["path"].startswith("/api/"):
            return None
        if not given or not hmac.compare_digest(given.encode("utf-8"), self.token.encode("utf-8")):
            return None
        rest = [(key, value) for key, value in _query(scope) if key != "token"]
        # One slash alone, as an address that begins with two would lead to another machine.
        path = "/" + scope["path"].lstrip("/\\")
        return path + (f"?{urlencode(rest)}" if rest else "")


def _query(scope: Scope) -> list[tuple[str, str]]:
    try:
        return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True, max_num_fields=40)
    except ValueError:
        return []


def _query_token(scope: Scope) -> str:
    return next((value for key, value in _query(scope) if key == "token"), "")


def _name_of(host: str) -> str:
    """The name in a Host header, without its port."""
    if host.startswith("["):
        return host.partition("]")[0][1:].lower()
    return host.partition(":")[0].lower()


def _bounded(receive: Receive) -> Receive:
    """A body without a stated length is cut off where it gets too large."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > LARGEST_BODY:
                return {"type": "http.disconnect"}
        return message

    return limited


def _safe(send: Send) -> Send:
    """Responses with headers that keep the page to itself."""

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in safety().items():
                headers.setdefault(name, value)
        await send(message)

    return guarded


def safety(ancestors: str = "'self'") -> dict[str, str]:
    """Headers of every response."""
    return {
        "Content-Security-Policy": POLICY.format(ancestors=ancestors),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }


async def _answer(send: Send, status: int, error: str, remedy: str) -> None:
    content = json.dumps({"error": error, "remedy": remedy, "where": ""}).encode()
    headers = {**safety(), "Content-Type": "application/json", "Content-Length": str(len(content))}
    await _send(send, status, {**headers, "Connection": "close"} if status == 413 else headers, content)


async def _redirect(send: Send, to: str, token: str) -> None:
    cookie = f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict"
    await _send(send, 303, {**safety(), "Location": to, "Set-Cookie": cookie, "Content-Length": "0"}, b"")


async def _send(send: Send, status: int, headers: dict[str, str], content: bytes) -> None:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": content})
