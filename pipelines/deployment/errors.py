"""The errors of a deployment, each with one sentence and an exit code."""

from __future__ import annotations

FAILED, USAGE, UNREACHABLE, REFUSED, INTERRUPTED = 1, 2, 3, 4, 130


class DeploymentError(Exception):
    """One sentence for the person at the terminal; `exit_code` for the shell."""

    def __init__(self, sentence: str, exit_code: int = FAILED) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


class LocationError(DeploymentError):
    """The parts run and the code location isn't loaded, for its own code fails."""
