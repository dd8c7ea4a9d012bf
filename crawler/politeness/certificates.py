"""Why a server's certificate is refused, in words: Scrapy's own error says `certificate verify failed` of them all.

Certificates are checked against the system's authorities (OpenSSL's; SSL_CERT_FILE names others) and the host's name. A
source may go without by `unchecked_tls` in its TOML, which says why; it is then told at every crawl, by `status` and `doctor`.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, Final

from OpenSSL import SSL
from service_identity import VerificationError
from service_identity.exceptions import CertificateError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.python.failure import Failure
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]  # it has no types

from crawler.politeness.addresses import carried

if TYPE_CHECKING:
    from OpenSSL.crypto import X509

_WHY: Final = {
    2: "signed by an authority that did not send its own certificate and is not known here",
    9: "not valid yet",
    10: "expired",
    18: "self-signed",
    19: "signed by an authority that is not known here",
    20: "signed by an authority that is not known here",
    21: "sent without the certificate of the authority that signed it, which is not known here",
    23: "revoked",
    62: "for another host",
    66: "signed with too weak a key",
    68: "signed with too weak a digest",
}
"""By OpenSSL's X509_V_ERR numbers."""


class CertificateRefused(Exception):
    """A server's certificate does not prove that it is the host that was asked for."""


def refused_certificate(error: BaseException | None) -> str | None:
    """The words of a refused certificate, wherever an exception of a download carries them; None: it was another reason."""
    found = carried(error, CertificateRefused)
    return None if found is None else str(found)


def judged(host: str, cert: X509, problem: int, *, leaf: bool) -> str | None:
    """Why one certificate of a chain is refused; None where it is right. `problem`: OpenSSL's number, 0 for none."""
    if problem:
        why = _WHY.get(problem, f"wrong (OpenSSL's error {problem})")
        when = {9: cert.get_notBefore, 10: cert.get_notAfter}.get(problem)
        day = f" ({_day(when())})" if when else ""
        return (
            f"the certificate of {host} is {why}{day}" if leaf else f"a certificate above that of {host} is {why}{day}"
        )
    if not leaf:
        return None
    wanted = IPAddress_ID(host) if isIPAddress(host) or isIPv6Address(host) else DNS_ID(host)
    try:
        verify_service_identity(extract_patterns(cert), [wanted], [])
    except (VerificationError, CertificateError):
        return f"the certificate of {host} is for another host ({', '.join(_names(cert))[:200] or 'it names none'})"
    return None


def _names(cert: X509) -> list[str]:
    from cryptography.x509 import DNSName, ExtensionNotFound, SubjectAlternativeName

    try:
        names = cert.to_cryptography().extensions.get_extension_for_class(SubjectAlternativeName).value
    except (ExtensionNotFound, ValueError):
        return []
    return [ascii(name)[1:-1] for name in names.get_values_for_type(DNSName)]


def _day(stamp: bytes | None) -> str:
    text = (stamp or b"").decode("ascii", "replace")
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}"


@implementer(IOpenSSLClientConnectionCreator)
class _Naming:
    """A connection creator whose refusals say why."""

    def __init__(self, creator: Any, host: str) -> None:
        self._creator, self._host = creator, host

    def clientConnectionForTLS(self, tlsProtocol: Any) -> SSL.Connection:  # noqa: N802, N803  # Twisted's
        connection: SSL.Connection = self._creator.clientConnectionForTLS(tlsProtocol)
        protocol, host, told = weakref.ref(tlsProtocol), self._host, list[str]()

        def verify(_: SSL.Connection, cert: X509, problem: int, depth: int, ok: int) -> bool:
            why = judged(host, cert, 0 if ok else problem or 1, leaf=depth == 0)
            here = protocol()
            if why and not told and here is not None:
                told.append(why)
                here.failVerification(Failure(CertificateRefused(why)))  # type: ignore[no-untyped-call]
            return why is None

        connection.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, verify)
        return connection


@implementer(IPolicyForHTTPS)
class Naming:
    """In the place of a context factory that verifies: the same, with words."""

    def __init__(self, factory: Any) -> None:
        self._factory = factory

    def creatorForNetloc(self, hostname: bytes, port: int) -> _Naming:  # noqa: N802  # Twisted's
        return _Naming(self._factory.creatorForNetloc(hostname, port), hostname.decode("ascii"))
