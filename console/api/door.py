"""Connection settings of a deployment: credentials, certificates, a proxy and timeouts."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.domain.errors import NoCredential

if TYPE_CHECKING:
    from pathlib import Path

    from console.api.credentials import Credential, Source

TIMEOUT_SECONDS = 30.0
CONNECT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Door:
    """The connection settings beside the address; empty for an open webserver."""

    credentials: tuple[Credential, ...] = ()
    ca: Path | None = None
    """The file of certificates to trust instead of the usual ones."""
    certificate: Path | None = None
    """The client certificate, with its key unless that has a file of its own."""
    certificate_key: Path | None = None
    certificate_password: Source | None = None
    proxy: str | None = None
    timeout: float = TIMEOUT_SECONDS
    """The seconds that an answer may take."""
    connect_timeout: float = CONNECT_SECONDS


OPEN = Door()


async def ssl_context(door: Door) -> ssl.SSLContext | bool:
    """The TLS context of these settings. Raises NoCredential where a file can't be used."""
    if door.ca is None and door.certificate is None:
        return True
    context = _trusting(door.ca)
    if door.certificate is not None:
        password_source = door.certificate_password
        password = await password_source.read() if password_source else ""
        _present(context, door, door.certificate, password)
    return context


def _trusting(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(ca) if ca else None)
    except ssl.SSLError:
        raise NoCredential(f"{ca} holds no certificates in PEM form") from None
    except OSError as error:
        raise NoCredential(f"the CA file {ca} can't be read ({error.strerror})") from None


def _present(context: ssl.SSLContext, door: Door, certificate: Path, password: str) -> None:
    """Loads the client certificate; an empty password keeps OpenSSL from asking on the terminal."""
    try:
        context.load_cert_chain(certificate, door.certificate_key, lambda: password)
    except ssl.SSLError as error:
        why = (
            "the password of its key is not right or not given"
            if "PASSWORD" in str(error).upper() or "DECRYPT" in str(error).upper()
            else "not a certificate with its key in PEM form"
        )
        raise NoCredential(f"the client certificate {certificate} can't be used: {why}") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its password is too long"
        raise NoCredential(f"the client certificate {certificate} can't be read ({why})") from None
