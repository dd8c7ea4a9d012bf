"""Around every answer: who may ask, and what the browser may do with it.

A page of another site can make a browser ask this one (it only reads, and tells nobody: no CORS), and could give itself this
server's address by a name of its own (DNS rebinding). So a host name must be known; a plain address needs none, since a page
that was loaded from it comes from here. And where the browser says that another site asks, it gets a page that somebody
followed a link to, and nothing else: no SQL, no picture, frame or script (browsers say so over https and on this machine).
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from storage.web.file import NAME

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-robots-tag": "noindex, nofollow",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_PORT = re.compile(r":\d{1,5}$")
_YEAR = "public, max-age=31536000, immutable"


def is_known(host: str, names: Iterable[str]) -> bool:
    """Whether a `Host` header names this server: a plain address, `localhost`, or one of `names`."""
    name = _PORT.sub("", host.strip()).rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost") or name in {known.lower() for known in names}:
        return True
    try:
        ip_address(name[1:-1] if name.startswith("[") and name.endswith("]") else name)
    except ValueError:
        return False
    return True


def guarded(app: App, names: Iterable[str]) -> App:
    """`app`, asked only by GET and HEAD under a known name, with the headers on whatever it answers."""
    known = frozenset(names)

    async def asgi(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        headed = _with_headers(send, is_asset=_is_asset(scope))
        refusal = _refusal(scope, known)
        if refusal is None:
            await app(scope, receive, headed)
            return
        status, why = refusal
        plain = [
            (b"content-type", b"text/plain; charset=utf-8"),
            *([(b"allow", b"GET, HEAD")] if status == 405 else []),
        ]
        await headed({"type": "http.response.start", "status": status, "headers": plain})
        await headed({"type": "http.response.body", "body": why.encode()})

    return asgi


def _refusal(scope: dict[str, Any], names: frozenset[str]) -> tuple[int, str] | None:
    if scope["method"] not in {"GET", "HEAD"}:
        return 405, "This site only answers GET.\n"
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"host"]
    if len(hosts) != 1 or not is_known(hosts[0], names):
        return 421, "This site is not served under that name: name it with `dateline serve --name`.\n"
    path = str(scope["path"])
    if "\\" in path or path.startswith("//"):
        return 404, "There is no page at this address.\n"
    if _is_anothers(scope):
        return 403, "This is not answered to the pages of other sites: open it from this site, or by its address.\n"
    return None


def _is_anothers(scope: dict[str, Any]) -> bool:
    """Whether a page of another site asks for what is more than the target of a link. (Fetch Metadata Request Headers, W3C)"""
    told = {name.lower(): value for name, value in scope["headers"]}
    if told.get(b"sec-fetch-site", b"none") in (b"same-origin", b"none"):
        return False
    path = str(scope["path"])
    return told.get(b"sec-fetch-dest") != b"document" or path.startswith(f"/{NAME}")


def _is_asset(scope: dict[str, Any]) -> bool:
    return str(scope["path"]).startswith("/static/") and scope["query_string"].startswith(b"v=")


def _with_headers(send: Any, *, is_asset: bool) -> Any:
    ours = {name.encode(): value.encode() for name, value in HEADERS.items()}

    async def headed(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            kept = [(k, v) for k, v in message.get("headers", []) if k.lower() not in ours]
            if is_asset and message["status"] == 200:
                kept = [(k, v) for k, v in kept if k.lower() != b"cache-control"] + [(b"cache-control", _YEAR.encode())]
            elif not any(k.lower() == b"cache-control" for k, _ in kept):
                kept.append((b"cache-control", b"no-cache"))
            message = {**message, "headers": kept + list(ours.items())}
        await send(message)

    return headed
