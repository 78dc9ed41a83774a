"""GitHub's hourly quotas, and the refusals that a test asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

HOUR_SECONDS = 3600
ANONYMOUS, WITH_TOKEN = 60, 5_000


@dataclass
class Refusal:
    """The answer to the next `times` requests: a secondary limit, or a server in trouble."""

    status: int
    times: int = 1
    retry_after: int | None = None


@dataclass
class Quota:
    """The used quota of each token (None: no token) in its hour, and the refusals in force."""

    now: Callable[[], datetime]
    used: dict[str | None, int] = field(default_factory=dict)
    refusal: Refusal | None = None
    _hour: int = 0

    def headers(self, token: str | None) -> dict[str, str]:
        """The x-ratelimit headers as they are now; `reset` is in epoch seconds."""
        self._turn()
        limit, used = self.limit(token), self.used.get(token, 0)
        return {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(max(limit - used, 0)),
            "x-ratelimit-used": str(min(used, limit)),
            "x-ratelimit-reset": str((self._hour + 1) * HOUR_SECONDS),
            "x-ratelimit-resource": "core",
        }

    def limit(self, token: str | None) -> int:
        return WITH_TOKEN if token else ANONYMOUS

    def is_exhausted(self, token: str | None) -> bool:
        self._turn()
        return self.used.get(token, 0) >= self.limit(token)

    def count(self, token: str | None) -> None:
        self._turn()
        self.used[token] = self.used.get(token, 0) + 1

    def refused(self) -> Refusal | None:
        """The refusal to answer with, counted as one use of it."""
        refusal = self.refusal
        if refusal is not None:
            refusal.times -= 1
            self.refusal = refusal if refusal.times > 0 else None
        return refusal

    def exhaust(self) -> None:
        """Nothing is left of this hour, with a token or without."""
        self._turn()
        self.used = {token: self.limit(token) for token in (None, *self.used)}

    def _turn(self) -> None:
        hour = int(self.now().timestamp()) // HOUR_SECONDS
        if hour != self._hour:
            self._hour, self.used = hour, {}
