"""A certificate authority made for the tests, and servers with its certificates, right and wrong, on loopback."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Made = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]
DAY = timedelta(days=1)


def made(name: str, by: Made | None = None, *, hosts: Sequence[str] = (), days: tuple[int, int] = (-2, 2)) -> Made:
    """A certificate, signed by itself where `by` is None; valid from and until so many days from now."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder(
            by[0].subject if by else subject, subject, key.public_key(), x509.random_serial_number()
        )
        .not_valid_before(now + days[0] * DAY)
        .not_valid_after(now + days[1] * DAY)
        .add_extension(x509.BasicConstraints(ca=not hosts, path_length=None), critical=True)
    )
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(h) for h in hosts]), critical=False)
    return builder.sign(by[1] if by else key, hashes.SHA256()), key


def written(file: Path, *parts: Made) -> Path:
    """Key and certificate of each in one PEM file."""
    texts = []
    for certificate, key in parts:
        texts.append(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        texts.append(certificate.public_bytes(serialization.Encoding.PEM))
    file.write_bytes(b"".join(texts))
    return file


@asynccontextmanager
async def https(pem: Path) -> AsyncIterator[int]:
    """A server that says `ok` to everything; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(pem))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
            )
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # the client has refused the certificate
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
