"""A source's URL and its credentials, kept apart: what is shown never holds a secret."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    """`shown` is the base URL without credentials; headers and parameters are the credentials."""

    shown: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)

    def scrubbed(self, text: str) -> str:
        """The text without any of the credentials, which a server may quote."""
        for secret in sorted({*self.headers.values(), *self.parameters.values()}, key=len)[::-1]:
            text = text.replace(secret, "…") if secret else text
        return text

    def trusts(self, url: str) -> bool:
        """Whether a URL is of the same server, so that credentials may go there.

        The same host on https is, where the address has http: both on their usual ports.
        """
        ours, theirs = _site(self.shown), _site(url)
        upgraded = (ours[0], ours[2], theirs[0], theirs[2]) == ("http", 80, "https", 443)
        return ours == theirs or (upgraded and ours[1] == theirs[1])


def address_of(
    url: str,
    headers: Mapping[str, str] | None = None,
    parameters: Mapping[str, str] | None = None,
) -> Address:
    """The address that a setting names, which may hold `user:password@` and `?token=`."""
    split = urlsplit(url)
    shown = urlunsplit((split.scheme, split.netloc.rpartition("@")[2], split.path, "", ""))
    signed = {**_basic(split.username, split.password), **(headers or {})}
    return Address(
        shown.rstrip("/"), signed, {**dict(parse_qsl(split.query)), **(parameters or {})}
    )


def _basic(user: str | None, password: str | None) -> dict[str, str]:
    if user is None and password is None:
        return {}
    pair = f"{unquote(user or '')}:{unquote(password or '')}"
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _site(url: str) -> tuple[str, str | None, int | None]:
    split = urlsplit(url)
    return split.scheme, split.hostname, split.port or DEFAULT_PORTS.get(split.scheme)
