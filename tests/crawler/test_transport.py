"""Answers are read as Scrapy's handler reads them, however they come; and no endpoint is made that nobody connects to."""

from __future__ import annotations

from typing import Any

import pytest
import scrapy
from scrapy.core.downloader.handlers import http11
from twisted.internet.protocol import Protocol
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.web._newclient import Request
from twisted.web.client import URI
from twisted.web.http_headers import Headers
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]  # it has no types

from crawler.politeness.transport import BoundedProtocol, LateAgent

HEAD = b"HTTP/1.1 200 OK\r\nServer: a\r\nX-Long: one\r\n two\r\n"
ANSWERS = {
    "a body": HEAD + b"Content-Length: 12\r\n\r\nfirst\r\n\r\nend",
    "more than a body": HEAD + b"Content-Length: 5\r\n\r\nfirst and more",
    "chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n4\r\n\r\n\r\n\r\n0\r\n\r\n",
    "to the end": HEAD + b"\r\nfirst\r\n\r\nend",
    "none, and more": b"HTTP/1.1 204 None\r\nServer: a\r\n\r\nand more",
    "an empty one, and more": HEAD + b"Content-Length: 0\r\n\r\nand more",
    "an early word": b"HTTP/1.1 103 Early\r\nLink: a\r\n\r\n" + HEAD + b"Content-Length: 5\r\n\r\nfirst",
    "lines without returns": b"HTTP/1.1 200 OK\nServer: a\nContent-Length: 9\n\nfirst\r\n\r\n",
    "a line that is too long": HEAD + b"X: " + b"x" * 17_000 + b"\r\n\r\n\r\nfirst\n\nend",
    "no answer": b"gibberish\r\n\r\nand more",
}


class Body(Protocol):
    def __init__(self) -> None:
        self.got = b""

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        self.got += data


def read(protocol: Any, pieces: list[bytes]) -> tuple[object, ...]:
    """What comes of an answer: status, headers, body, and what becomes of its connection."""
    transport: Any = StringTransport()  # type: ignore[no-untyped-call]
    body, seen = Body(), list[object]()

    def begun(response: Any) -> None:
        seen.extend((response.code, sorted(response.headers.getAllRawHeaders())))
        response.deliverBody(body)

    protocol.makeConnection(transport)
    asked = Request._construct(b"GET", b"/", Headers({b"host": [b"a.test"]}), None, persistent=True)  # type: ignore[no-untyped-call]
    protocol.request(asked).addCallbacks(begun, lambda failure: seen.append(failure.type.__name__))
    for piece in pieces:
        protocol.dataReceived(piece)
    return (*seen, body.got, protocol.state, transport.disconnecting)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_an_answer_that_comes_in_one_piece_is_read_as_scrapys_is(answer: bytes) -> None:
    expected = read(http11._LenientHTTP11ClientProtocol(), [answer])  # type: ignore[no-untyped-call]
    assert read(BoundedProtocol(), [answer]) == expected  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("name", ["a body", "chunks", "to the end", "an early word", "lines without returns"])
def test_it_does_not_matter_where_an_answer_is_cut(name: str) -> None:
    answer = ANSWERS[name]
    whole = read(BoundedProtocol(), [answer])  # type: ignore[no-untyped-call]
    for at in range(1, len(answer)):
        assert read(BoundedProtocol(), [answer[:at], answer[at:]]) == whole, at  # type: ignore[no-untyped-call]


def test_an_endpoint_is_made_when_it_is_connected_to() -> None:
    asked: list[bytes] = []

    @implementer(IPolicyForHTTPS)
    class Refusing:
        def creatorForNetloc(self, host: bytes, port: int) -> None:  # noqa: N802 - Twisted's name
            asked.append(host)
            raise ValueError("no context today")

    nobody: Any = None
    policy: Any = Refusing()
    scrapys = http11._ScrapyAgent(contextFactory=policy, crawler=nobody)
    assert isinstance(scrapys._get_agent(scrapy.Request("https://a.test/story"), 1), LateAgent)
    reactor: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
    agent = LateAgent(reactor, policy)
    endpoint = agent._getEndpoint(URI.fromBytes(b"https://a.test/story"))  # type: ignore[no-untyped-call]
    assert asked == []
    with pytest.raises(ValueError, match="no context today"):
        endpoint.connect(None)
    assert asked == [b"a.test"]
