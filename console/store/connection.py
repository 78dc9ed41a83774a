"""Whether a deployment answers, since when it doesn't, and what it answered with an error."""

from __future__ import annotations

from dataclasses import dataclass, replace

from console.domain.times import clock


@dataclass(frozen=True, slots=True)
class Connection:
    """The line to one server; moments are epoch seconds UTC."""

    answered: float | None = None
    """When the server last answered what was asked."""
    problem: str = ""
    """Why it can't be reached, in a sentence."""
    silent_since: float | None = None
    """It takes questions, and has answered none since then."""
    errors: tuple[tuple[str, str], ...] = ()
    """What failed alone, while others were answered: its name, and why in a sentence."""

    @property
    def live(self) -> bool:
        """Whether the server answers, be it not everything."""
        return self.answered is not None and not self.problem and self.silent_since is None

    @property
    def lost_since(self) -> float | None:
        """Since when it doesn't answer; None while it does, or never has."""
        if self.live:
            return None
        return self.answered if self.silent_since is None else self.silent_since

    def sentence(self, place: str) -> str:
        """The fault of the line to `place`; empty when there is none."""
        if self.problem:
            return f"{self.problem}; trying again"
        if self.silent_since is not None:
            return f"Dagster at {place} has not answered since {clock(self.silent_since)}"
        if not self.errors:
            return ""
        name, why = self.errors[0]
        more = f" (and {len(self.errors) - 1} more)" if len(self.errors) > 1 else ""
        return f"{name}{more} not read: {why}"

    def with_answer(self, at: float) -> Connection:
        return Connection(answered=at, errors=self.errors)

    def with_problem(self, why: str) -> Connection:
        return replace(self, problem=why)

    def with_silence(self, since: float | None) -> Connection:
        return replace(self, silent_since=since)

    def with_error(self, name: str, why: str) -> Connection:
        """`why` is empty when what failed has been answered."""
        others = tuple(pair for pair in self.errors if pair[0] != name)
        return replace(self, errors=(*others, (name, why)) if why else others)
