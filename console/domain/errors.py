"""Errors between the console and a Dagster server, each a sentence."""

from __future__ import annotations

from console.redaction import redacted


class ApiError(Exception):
    """The base of all; its text is one clear sentence for a person, without any credential."""

    def __init__(self, sentence: str) -> None:
        super().__init__(redacted(sentence))


class Unreachable(ApiError):
    """No answer: refused, timed out, name unknown, or the line dropped."""


class Passing(Unreachable):
    """A proxy that got no answer, or wants a pause: the same question may do in a moment."""

    def __init__(self, sentence: str, wait: float = 0.0) -> None:
        super().__init__(sentence)
        self.wait = wait
        """Seconds that the server asks to wait."""


class Slow(Unreachable):
    """No answer to this question in time, while others were answered."""


class Dropped(Unreachable):
    """The line was dropped while an answer was awaited: whether the question came is unknown."""


class BadAnswer(ApiError):
    """Something answered, but not as Dagster's GraphQL API does."""


class TooOld(BadAnswer):
    """A Dagster older than any that the console can operate."""


class ServerError(ApiError):
    """Dagster answered with an error of its own."""


class BadDocument(ServerError):
    """Dagster's schema lacks something that was asked for; nothing was done."""


class Lacking(ServerError):
    """The question was not sent: this release of Dagster can't answer it."""


class NotFound(ApiError):
    """Dagster knows no such run, backfill or asset."""


class Refused(ApiError):
    """A mutation that may not be sent, or that the server would not allow."""


class TooLarge(Refused):
    """A proxy took the request for too large; nothing was done."""


class NoCredential(Refused):
    """A credential that was set up can't be had."""


class OutcomeUnknown(ApiError):
    """A mutation was sent, and no answer tells what became of it."""
