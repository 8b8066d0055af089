"""Who may speak to the app? One person on this machine, who holds the link that the command printed.

Checks, in this order: the Host header names this server (DNS rebinding); the browser does not say that another site asks
(Origin, Sec-Fetch-Site); the body is not too large; a session cookie, got once for a one-time token; for every write a
token that only our own pages hold (CSRF). Everything else is refused with a sentence, and nothing is logged of it.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Any

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "blindspot_session"
MOST_BODY = 2 * 1024 * 1024  # bytes: the largest text of a case that a person edits in a browser
TOO_LARGE = f"That is larger than {MOST_BODY >> 20} MiB; edit such a file outside the app."
MOST_SESSIONS = 64
SAFE = {"GET", "HEAD"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; "
    "frame-src 'self'; font-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
# The report carries its script and style inside, each named by its hash in a policy of its own, which holds as well.
REPORT_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@dataclass(slots=True)
class Session:
    """One browser that came with a token."""

    csrf: str
    reviewer: str = ""
    at: dict[str, str] = field(default_factory=dict)  # the cell it stands in: file, key, column


@dataclass(slots=True)
class Door:
    """Tokens that have not been used yet, and sessions that were opened with one."""

    tokens: set[str] = field(default_factory=set)
    sessions: dict[str, Session] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def invite(self) -> str:
        """A token that opens one session, once."""
        token = secrets.token_urlsafe(32)
        with self.lock:
            self.tokens.add(token)
        return token

    def enter(self, token: str) -> str | None:
        """The id of a new session for a token; None where it is wrong or used up."""
        with self.lock:
            held = next((t for t in self.tokens if secrets.compare_digest(t.encode(), token.encode())), None)
            if held is None or len(self.sessions) >= MOST_SESSIONS:
                return None
            self.tokens.discard(held)
            name = secrets.token_urlsafe(32)
            self.sessions[name] = Session(secrets.token_urlsafe(32))
            return name


class Guard:
    """The checks, as a layer around the application."""

    def __init__(self, app: ASGIApp, door: Door, hosts: frozenset[str]) -> None:
        self.app, self.door, self.hosts = app, door, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        answer = self._refusal(scope, headers) or self._entry(scope)
        if answer is None and scope["method"] not in SAFE:
            receive, answer = await _whole_body(receive)
        policy = REPORT_POLICY if scope["path"] == "/report" else POLICY
        await (answer or self.app)(scope, receive, _with_headers(send, policy))

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> Response | None:
        for why, status in (self._stranger(scope, headers), _too_large(headers), _odd(scope)):
            if why:
                return _no(scope, status, why)
        if _opens(scope):
            return None
        session = self.door.sessions.get(_cookie(headers))
        if session is None:
            return _no(scope, 403, "This browser has no session. Use the link that `blindspot open` printed, once.")
        told = headers.get("x-csrf-token", "").encode()
        if scope["method"] not in SAFE and not secrets.compare_digest(told, session.csrf.encode()):
            return _no(scope, 403, "The page is of an earlier session; load it again.")
        scope.setdefault("state", {})["session"] = session
        return None

    def _stranger(self, scope: Scope, headers: dict[str, str]) -> tuple[str, int]:
        if headers.get("host", "").lower() not in self.hosts:
            return "This address is not the one of this server. Use the link that the command printed.", 421
        origin = headers.get("origin", "").lower()
        elsewhere = bool(origin) and origin not in {f"http://{host}" for host in self.hosts}
        if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"} and not _opens(scope):
            elsewhere = True
        return ("Another site asked for this; only the app's own pages may.", 403) if elsewhere else ("", 0)

    def _entry(self, scope: Scope) -> Response | None:
        """The first request: token for cookie, and on without the token in the address."""
        if not _opens(scope):
            return None
        name = self.door.enter(parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0])
        if name is None:
            return _no(
                scope, 403, "That link was used already, or is not one of this server. Run `blindspot open` again."
            )
        answer = RedirectResponse("/weigh", status_code=303)
        answer.set_cookie(COOKIE, name, httponly=True, samesite="strict", path="/")
        return answer


def _too_large(headers: dict[str, str]) -> tuple[str, int]:
    length = headers.get("content-length", "0")
    return (TOO_LARGE, 413) if not length.isdecimal() or int(length) > MOST_BODY else ("", 0)


def _odd(scope: Scope) -> tuple[str, int]:
    odd = any(ord(c) < 32 for c in scope["path"])
    return ("There is no such address.", 404) if odd else ("", 0)


def _opens(scope: Scope) -> bool:
    return scope["path"] == "/" and scope["method"] == "GET" and b"token=" in scope["query_string"]


def _cookie(headers: dict[str, str]) -> str:
    for part in headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value
    return ""


def _no(scope: Scope, status: int, why: str) -> Response:
    if scope["path"].startswith("/api/"):
        return JSONResponse({"error": why}, status_code=status)
    return PlainTextResponse(why + "\n", status_code=status)


async def _whole_body(receive: Receive) -> tuple[Receive, Response | None]:
    """The body read to its end, at most `MOST_BODY` whatever its header says, and handed on as one message."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MOST_BODY:
            return receive, JSONResponse({"error": TOO_LARGE}, status_code=413)
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again, None


def _with_headers(send: Send, policy: str) -> Send:
    extra = {
        b"content-security-policy": policy.encode(),
        b"x-content-type-options": b"nosniff",
        b"x-frame-options": b"SAMEORIGIN",
        b"referrer-policy": b"no-referrer",
        b"cross-origin-opener-policy": b"same-origin",
        b"cross-origin-resource-policy": b"same-origin",
        b"cache-control": b"no-store",
    }

    async def told(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            kept = [(k, v) for k, v in message.get("headers", []) if k.lower() not in extra]
            message["headers"] = [*kept, *extra.items()]
        await send(message)

    return told
