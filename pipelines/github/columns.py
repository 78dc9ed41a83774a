"""The columns of `raw.github_user_events`; what GitHub nests is JSON text."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.github.quality import faults
from pipelines.raw.description import RawTable

EXPECTED = 300
"""The most events that GitHub serves, for it has no number of events that a day has."""


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


GITHUB_USER_EVENTS = RawTable(
    name="github_user_events",
    key="id",
    moment="created_at",
    kinds={
        "id": "text",
        "type": "text",
        "actor": "text",
        "repo": "text",
        "payload": "text",
        "public": "bool",
        "created_at": "timestamp",
        "org": "text",
    },
    as_moment=_in_utc,
    audited=("id", "type", "actor", "repo"),
    faults=faults,
    expected=EXPECTED,
)
