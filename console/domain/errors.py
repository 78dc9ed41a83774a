"""The errors between the console and a Dagster server; each message is one sentence."""

from __future__ import annotations

from console.redaction import redacted


class ApiError(Exception):
    """The base of all errors; the message contains no credential."""

    def __init__(self, sentence: str) -> None:
        super().__init__(redacted(sentence))


class Unreachable(ApiError):
    """The server gave no answer: refused, timed out, unknown name, or dropped connection."""


class Passing(Unreachable):
    """A proxy got no answer or asks for a pause; asking again soon may work."""

    def __init__(self, sentence: str, wait: float = 0.0) -> None:
        super().__init__(sentence)
        self.wait = wait
        """Seconds that the server asks to wait."""


class Slow(Unreachable):
    """The server did not answer this question in time, though it answered others."""


class Dropped(Unreachable):
    """The connection dropped before the answer; whether the question arrived is unknown."""


class BadAnswer(ApiError):
    """The answer isn't one of Dagster's GraphQL API."""


class TooOld(BadAnswer):
    """The server's Dagster is older than the console supports."""


class ServerError(ApiError):
    """Dagster answered with an error of its own."""


class BadDocument(ServerError):
    """Dagster's schema lacks something in the document; nothing was done."""


class Lacking(ServerError):
    """The question was not sent, as this release of Dagster can't answer it."""


class NotFound(ApiError):
    """Dagster knows no such run, backfill or asset."""


class Refused(ApiError):
    """The mutation may not be sent, or the server did not allow it."""


class TooLarge(Refused):
    """A proxy refused the request as too large; nothing was done."""


class NoCredential(Refused):
    """A configured credential can't be obtained."""


class OutcomeUnknown(ApiError):
    """A mutation was sent, but no answer tells its outcome."""
