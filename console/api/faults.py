"""Sentences for HTTP errors and broken lines, each with the next step."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import httpx

from console.domain.errors import ApiError, BadAnswer, Passing, Refused, TooLarge, Unreachable
from console.domain.text import cut

if TYPE_CHECKING:
    from datetime import datetime

REDIRECTS = (301, 302, 303, 307, 308)
_LOGIN = re.compile(rb"log ?in|sign ?in|password|single sign|sso", re.IGNORECASE)
_TITLE = re.compile(rb"<title[^>]*>([^<]{1,80})", re.IGNORECASE)
HOW = "`dagdeck login` stores a token, password or header for it"


def login_page(place: str, where: str) -> Refused:
    """Somebody wants a person in a browser first."""
    return Refused(
        f"a login page of {where} stands before {place}, which dagdeck doesn't follow; {HOW}"
    )


def fault_of(response: httpx.Response, place: str, sent: int, now: datetime) -> ApiError:
    """The error that an answer stands for that isn't of Dagster; `sent` counts bytes."""
    status = response.status_code
    if status in REDIRECTS and response.headers.get("location"):
        target = urlsplit(urljoin(str(response.url), response.headers["location"]))
        return login_page(place, target.hostname or place)
    if status in (401, 407):
        who = place if status == 401 else "the proxy on the way"
        return Refused(f"{who} refuses entry (HTTP {status}): credentials are needed; {HOW}")
    if status == 403:
        return Refused(
            f"{place} refuses entry (HTTP 403): who asks is known or not, and may not; {HOW}"
        )
    if status == 413:
        return TooLarge(
            f"a proxy before {place} takes no request of {_kilobytes(sent)} (HTTP 413);"
            " nothing was done; its limit of a request's body has to be raised"
        )
    if status == 429:
        wait = _wait(response, now)
        return Passing(f"{place} wants a pause of {wait:.0f} s (HTTP 429: too many requests)", wait)
    if status in (502, 503):
        return Passing(f"Dagster at {place} is not up behind its proxy (HTTP {status})")
    if status == 504:
        return Passing(
            f"Dagster at {place} did not answer its proxy in the time that this allows (HTTP 504)"
        )
    return _no_dagster(response, place)


def _no_dagster(response: httpx.Response, place: str) -> ApiError:
    status = response.status_code
    body = response.content[:20_000]
    said = f"{place} answers HTTP {status}, not as Dagster's GraphQL API does"
    if status == 400 and b"plain HTTP request" in body:
        return BadAnswer(f"{said}: it speaks TLS; https:// is needed before its name")
    if status in (404, 405):
        path = response.url.path.removesuffix("/graphql") or "/"
        return BadAnswer(
            f"{said}; nothing of Dagster is at {path}, it may be under another path: "
            "copy the address from the browser's address bar"
        )
    if status == 200 and b"<html" in body.lower() and _LOGIN.search(body):
        title = _TITLE.search(body)
        named = f" (“{cut(title[1].decode(errors='replace').strip(), 60)}”)" if title else ""
        return Refused(f"a login page{named} answers at {place} in Dagster's place; {HOW}")
    return BadAnswer(said)


def _wait(response: httpx.Response, now: datetime) -> float:
    """`Retry-After` in seconds, which is a number or a date; a second where it says nothing."""
    told = response.headers.get("retry-after", "").strip()
    if told.isdecimal():
        return float(told)
    try:
        seconds: float = (parsedate_to_datetime(told) - now).total_seconds()
        return max(seconds, 0.0)
    except (ValueError, TypeError):
        return 1.0


def _kilobytes(size: int) -> str:
    return f"{size} bytes" if size < 1000 else f"{size / 1000:.0f} KB"


def broken_line(error: httpx.HTTPError, place: str, timeout: float, connect: float) -> ApiError:
    """Why there is no answer at all; `timeout` and `connect` in seconds."""
    tls = _tls_fault(error, place)
    if tls is not None:
        return tls
    if isinstance(error, httpx.ProxyError):
        return Unreachable(
            f"the proxy on the way to {place} doesn't let through ({cut(str(error), 80)})"
        )
    return Unreachable(f"Dagster at {place} {_why(error, timeout, connect)}")


def _why(error: httpx.HTTPError, timeout: float, connect: float) -> str:
    if isinstance(error, httpx.ConnectTimeout):
        return f"did not accept a connection within {connect:.0f} s"
    if isinstance(error, httpx.TimeoutException):
        return f"did not answer within {timeout:.0f} s"
    if isinstance(error, httpx.ConnectError):
        return (
            "does not accept connections"
            if "refused" in str(error) or "attempts failed" in str(error)
            else f"can't be reached ({cut(str(error), 80)})"
        )
    return f"dropped the connection ({type(error).__name__})"


def _tls_fault(error: httpx.HTTPError, place: str) -> ApiError | None:
    said = _all_said(error)
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return Unreachable(f"the certificate of {place} {_certificate_fault(said)}")
    if any(word in said for word in ("CERTIFICATE_REQUIRED", "certificate required")):
        return certificate_wanted(place)
    if "ALERT" in said.upper() and "SSL" in said:
        return Refused(f"{place} ended the TLS handshake ({cut(said, 80)})")
    if "WRONG_VERSION_NUMBER" in said or "record layer failure" in said:
        return Unreachable(f"{place} doesn't speak TLS there; http:// may be meant")
    return None


def certificate_wanted(place: str) -> Refused:
    """The line ended after the TLS handshake, before any answer."""
    return Refused(
        f"{place} ends the connection without an answer, as where a client certificate is wanted:"
        " --certificate FILE, or `certificate` in a profile"
    )


def _all_said(error: BaseException | None) -> str:
    """The texts of an error and of what caused it."""
    texts = []
    while error is not None:
        texts.append(str(error))
        error = error.__cause__ or error.__context__
    return " ".join(texts)


def _certificate_fault(said: str) -> str:
    if "expired" in said:
        return "has expired; whoever runs it has to renew it"
    if "Hostname mismatch" in said or "IP address mismatch" in said:
        return "is for another name than that; the address has to be the one it was issued for"
    if "self-signed" in said or "self signed" in said or "unable to get local issuer" in said:
        return (
            "is of an authority that isn't trusted here; --ca FILE, or `ca` in a profile, names it"
        )
    return f"is not valid ({cut(said.partition('verify failed:')[2].strip(), 60)})"
