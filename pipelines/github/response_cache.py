"""GitHub's last answer to each URL, kept in Postgres and used where GitHub answers 304."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from pipelines.settings import Settings

DEFINITION = """
    CREATE SCHEMA IF NOT EXISTS ingestion;
    CREATE TABLE IF NOT EXISTS ingestion.github_answers (
        url text PRIMARY KEY,
        etag text,
        seen_at timestamptz NOT NULL,
        poll_seconds integer NOT NULL,
        events text NOT NULL
    )
"""


@dataclass(frozen=True)
class Answer:
    """All events that a URL has, newest first, as they were at `seen_at` (aware)."""

    url: str
    etag: str | None
    seen_at: datetime
    poll_seconds: int
    """The seconds that GitHub asks to wait until it is asked again."""
    events: list[dict[str, Any]]

    def is_current(self, now: datetime) -> bool:
        return now < self.seen_at + timedelta(seconds=self.poll_seconds)


def recall(settings: Settings, url: str) -> Answer | None:
    """The last answer, if there was one."""
    query = (
        "SELECT etag, seen_at, poll_seconds, events FROM ingestion.github_answers WHERE url = %s"
    )
    with psycopg.connect(settings.database_url) as connection:
        _define(connection)
        row = connection.execute(query, [url]).fetchone()
    if row is None:
        return None
    etag, seen_at, poll_seconds, events = row
    return Answer(url, etag, seen_at, poll_seconds, json.loads(events))


def remember(settings: Settings, answer: Answer) -> None:
    """Keeps the answer; where two come at once, the one seen later stays."""
    statement = """
        INSERT INTO ingestion.github_answers AS kept (url, etag, seen_at, poll_seconds, events)
        VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (url) DO UPDATE SET
            etag = excluded.etag, seen_at = excluded.seen_at,
            poll_seconds = excluded.poll_seconds, events = excluded.events
        WHERE kept.seen_at <= excluded.seen_at
    """
    values = (answer.url, answer.etag, answer.seen_at, answer.poll_seconds)
    with psycopg.connect(settings.database_url) as connection:
        _define(connection)
        connection.execute(statement, (*values, json.dumps(answer.events)))


def _define(connection: psycopg.Connection) -> None:
    # Two that make the schema at once would fail each other.
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('dagdeck.ingestion'))")
    connection.execute(DEFINITION)
