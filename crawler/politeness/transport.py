"""Scrapy's HTTP handler with an end to what an answer may say before its body: Twisted bounds a line, not their number."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from scrapy.core.downloader.handlers import http11
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _BindAddressAgent,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.python.failure import Failure
from twisted.web._newclient import BODY, DONE
from zope.interface import implementer  # type: ignore[import-untyped]  # it has no types

from crawler.politeness.certificates import Naming

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler
    from twisted.internet.interfaces import IAddress
    from twisted.web._newclient import HTTP11ClientProtocol

HEAD_LIMIT: Final = 256 * 1024
"""Bytes of status line and headers, with those of 1xx answers before; browsers stop at the same figure (Chromium:
`net::ERR_RESPONSE_HEADERS_TOO_BIG`, 256 KiB)."""


KEPT_SECONDS: Final = 4
"""A connection without requests is closed after so many seconds: before servers do (Apache and Node after 5), so that none
is closed in the moment in which a request is sent on it."""


READ: Final = HEAD_LIMIT // 2
"""Bytes that are read from a connection at a time (Twisted: 64 KiB): each read passes a dozen layers. Far below `HEAD_LIMIT`,
which a head with the beginning of its body in one read must not reach."""


HEAD_END: Final = b"\r\n\r\n"


class HeadTooLarge(Exception):
    """More header than any server has a use for."""


class BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Ends the connection when an answer's head goes on beyond `HEAD_LIMIT`."""

    _head = 0

    def makeConnection(self, transport: Any) -> None:  # noqa: N802 - Twisted's name
        # Of http the socket's own transport; TLS has its own size.
        if hasattr(transport, "bufferSize"):
            transport.bufferSize = READ
        super().makeConnection(transport)  # type: ignore[no-untyped-call]

    def dataReceived(self, bytes: bytes) -> None:  # noqa: N802, A002 - Twisted's names
        parser = self._parser
        if parser is None:  # more than was asked for, on a connection that waits for its next request
            self.transport.loseConnection()  # type: ignore[union-attr,misc]
            return
        if parser.state in (BODY, DONE):
            self._head = 0
        else:
            self._head += len(bytes)
            if self._head > HEAD_LIMIT:
                self._head = 0
                self._giveUp(Failure(HeadTooLarge(f"more than {HEAD_LIMIT} bytes of header")))  # type: ignore[no-untyped-call]
                return
            # The head by itself: Twisted copies all that follows a line, for each line.
            head, end, bytes = bytes.partition(HEAD_END)  # noqa: A001
            super().dataReceived(head + end)  # type: ignore[no-untyped-call]
        # Where the parser has gone, that answer had no body; where the connection is being closed, a line of its head was too
        # long for Twisted. What came with either is nobody's.
        closing = self.transport is not None and self.transport.disconnecting
        if bytes and self._parser is parser and not closing:
            super().dataReceived(bytes)  # type: ignore[no-untyped-call]
        if self._parser is None or self._parser.state in (BODY, DONE):
            self._head = 0


class BoundedFactory(_LenientHTTP11ClientFactory):
    """Builds such protocols."""

    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: N802 - Twisted's name
        return BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


@implementer(IStreamClientEndpoint)
class LateEndpoint:
    """An endpoint that is made when it is connected to. Most requests go over a connection that stands; Twisted makes one for
    each of them, and for that reads the letters of the host's name and, where it is https, a context of OpenSSL's: .1 ms."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    def connect(self, protocolFactory: Any) -> Any:  # noqa: N803 - Twisted's name
        return self._make().connect(protocolFactory)


class LateAgent(_BindAddressAgent):
    """Makes such endpoints."""

    def _getEndpoint(self, uri: Any) -> LateEndpoint:  # noqa: N802 - Twisted's name
        return LateEndpoint(partial(super()._getEndpoint, uri))


# Scrapy has no other place where one could name it.
cast("Any", http11)._BindAddressAgent = LateAgent


class BoundedHandler(HTTP11DownloadHandler):
    """`DOWNLOAD_HANDLERS` for http and https."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = BoundedFactory
        # A request that was sent and got no answer is over: Twisted would send it again at once, with no turn of the host.
        self._pool.retryAutomatically = False
        self._pool.cachedConnectionTimeout = KEPT_SECONDS
        if crawler.settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"):
            self._contextFactory = Naming(self._contextFactory)  # type: ignore[assignment]  # zope's interface
