"""Loaded by the peers' Pythons before anything else (`bench/crawl.py` puts this folder on their path): only loopback is
dialled, whatever a page names, and names are not looked up."""

import socket

_connect, _connect_ex, _look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo


def _near(address):
    if isinstance(address, tuple) and not str(address[0]).startswith("127.") and address[0] != "::1":
        raise OSError(f"the bench is offline: {address[0]} is not dialled")


def connect(self, address):
    _near(address)
    return _connect(self, address)


def connect_ex(self, address):
    _near(address)
    return _connect_ex(self, address)


def getaddrinfo(host, *given, **named):
    if host not in (None, "", "localhost") and not str(host).startswith("127.") and host != "::1":
        raise socket.gaierror(socket.EAI_NONAME, f"the bench is offline: {host} is not looked up")
    return _look_up(host, *given, **named)


socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo = connect, connect_ex, getaddrinfo
