"""The words of an alert on a failed run."""

from __future__ import annotations

import re
from datetime import datetime

from pydantic import BaseModel

MOST_ASSETS = 3
MOST_CHARACTERS = 500
_PECULIAR = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{8}[0-9a-f-]*\b|\d+", re.IGNORECASE)
"""The text that differs between two errors of one cause: addresses, ids, dates, numbers."""


class Alert(BaseModel, frozen=True):
    """A failed run; `failed_at` is aware, `partition` a key, a range, or None."""

    run_id: str
    job: str
    assets: tuple[str, ...]
    partition: str | None
    error: str
    failed_at: datetime
    link: str | None
    held_back: int = 0
    """The number of failures of this cause since the last alert that was sent."""

    @property
    def cause(self) -> str:
        """The cause, equal for failures that one repair would mend: the assets, and the error less its numbers."""
        return f"{','.join(sorted(self.assets)) or self.job}: {_PECULIAR.sub('#', self.error)}"

    @property
    def subject(self) -> str:
        """One line: what failed, and for which partition."""
        failed = ", ".join(self.assets[:MOST_ASSETS]) or self.job
        if len(self.assets) > MOST_ASSETS:
            failed += f" and {len(self.assets) - MOST_ASSETS} more"
        return f"{failed} failed" + (f" for {self.partition}" if self.partition else "")

    @property
    def text(self) -> str:
        """The whole message, in plain lines."""
        lines = [
            f"error: {self.error[:MOST_CHARACTERS]}",
            f"run: {self.run_id} of {self.job}, failed at {self.failed_at:%Y-%m-%d %H:%M:%S %Z}",
        ]
        if self.held_back:
            lines.append(f"not told since the last alert: {self.held_back} more for this reason")
        if self.link:
            lines.append(self.link)
        return "\n".join(lines)
