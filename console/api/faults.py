"""Sentences for HTTP errors and broken connections, each with the next step."""

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
    """The error for a login page in front of Dagster."""
    return Refused(
        f"a login page of {where} stands before {place}, which dagdeck doesn't follow; {HOW}"
    )


def fault_of(response: httpx.Response, place: str, sent: int, now: datetime) -> ApiError:
    """The error for an answer that isn't Dagster's; `sent` is the request's size in bytes."""
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
    sentence = f"{place} answers HTTP {status}, not as Dagster's GraphQL API does"
    if status == 400 and b"plain HTTP request" in body:
        return BadAnswer(f"{sentence}: it speaks TLS; https:// is needed before its name")
    if status in (404, 405):
        path = response.url.path.removesuffix("/graphql") or "/"
        return BadAnswer(
            f"{sentence}; nothing of Dagster is at {path}, it may be under another path: "
            "copy the address from the browser's address bar"
        )
    if status == 200 and b"<html" in body.lower() and _LOGIN.search(body):
        title = _TITLE.search(body)
        named = f" (“{cut(title[1].decode(errors='replace').strip(), 60)}”)" if title else ""
        return Refused(f"a login page{named} answers at {place} in Dagster's place; {HOW}")
    return BadAnswer(sentence)


def _wait(response: httpx.Response, now: datetime) -> float:
    """The seconds that `Retry-After` asks to wait, by number or date; 1 if it can't be read."""
    retry_after = response.headers.get("retry-after", "").strip()
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        seconds: float = (parsedate_to_datetime(retry_after) - now).total_seconds()
        return max(seconds, 0.0)
    except (ValueError, TypeError):
        return 1.0


def _kilobytes(size: int) -> str:
    return f"{size} bytes" if size < 1000 else f"{size / 1000:.0f} KB"


def broken_line(error: httpx.HTTPError, place: str, timeout: float, connect: float) -> ApiError:
    """The error for a request without any answer; `timeout` and `connect` are in seconds."""
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
    texts = _chain_text(error)
    if "CERTIFICATE_VERIFY_FAILED" in texts:
        return Unreachable(f"the certificate of {place} {_certificate_fault(texts)}")
    if any(word in texts for word in ("CERTIFICATE_REQUIRED", "certificate required")):
        return certificate_wanted(place)
    if "ALERT" in texts.upper() and "SSL" in texts:
        return Refused(f"{place} ended the TLS handshake ({cut(texts, 80)})")
    if "WRONG_VERSION_NUMBER" in texts or "record layer failure" in texts:
        return Unreachable(f"{place} doesn't speak TLS there; http:// may be meant")
    return None


def certificate_wanted(place: str) -> Refused:
    """The error for a connection that ended after the TLS handshake, before any answer."""
    return Refused(
        f"{place} ends the connection without an answer, as where a client certificate is wanted:"
        " --certificate FILE, or `certificate` in a profile"
    )


def _chain_text(error: BaseException | None) -> str:
    """The texts of an error and of its causes."""
    texts = []
    while error is not None:
        texts.append(str(error))
        error = error.__cause__ or error.__context__
    return " ".join(texts)


def _certificate_fault(texts: str) -> str:
    if "expired" in texts:
        return "has expired; whoever runs it has to renew it"
    if "Hostname mismatch" in texts or "IP address mismatch" in texts:
        return "is for another name than that; the address has to be the one it was issued for"
    if "self-signed" in texts or "self signed" in texts or "unable to get local issuer" in texts:
        return (
            "is of an authority that isn't trusted here; --ca FILE, or `ca` in a profile, names it"
        )
    return f"is not valid ({cut(texts.partition('verify failed:')[2].strip(), 60)})"
