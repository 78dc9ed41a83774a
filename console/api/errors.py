"""What can go wrong between the console and a Dagster server, each in one sentence."""

from __future__ import annotations


class ApiError(Exception):
    """The base of all; its text is one clear sentence for a person."""


class Unreachable(ApiError):
    """No answer: refused, timed out, name unknown, or the line dropped."""


class BadAnswer(ApiError):
    """Something answered, but not as Dagster's GraphQL API does."""


class ServerError(ApiError):
    """Dagster answered with an error of its own."""


class NotFound(ApiError):
    """Dagster knows no such run, backfill or asset."""


class Refused(ApiError):
    """A mutation that may not be sent, or that the server would not allow."""
