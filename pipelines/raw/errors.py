"""The error of a source that can't be reached or doesn't answer as it should."""

from __future__ import annotations


class SourceError(RuntimeError):
    """A day's records couldn't be had; `permanent` where asking again can't help."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class LimitedError(SourceError):
    """The source wants no more questions for longer than is waited; always permanent."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)
