"""What an HTTP answer or failure says, in words."""

from __future__ import annotations

from requests import Response


def message_of(response: Response) -> str:
    """The server's own words, where its body has any."""
    try:
        body = response.json()
    except ValueError:
        body = None
    if isinstance(body, dict) and body.get("message"):
        return str(body["message"])
    return response.reason or "no reason given"


def cause_of(error: BaseException) -> str:
    """The innermost cause."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return str(error) or type(error).__name__
