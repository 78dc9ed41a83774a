"""Days that somebody has accepted though much of them is set apart: kept in Postgres, with the why."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import psycopg

from pipelines.settings import Settings

DEFINITION = """
    CREATE SCHEMA IF NOT EXISTS ingestion;
    CREATE TABLE IF NOT EXISTS ingestion.accepted_days (
        source text NOT NULL,
        day date NOT NULL,
        why text NOT NULL,
        accepted_at timestamptz NOT NULL DEFAULT now(),
        run_id text NOT NULL,
        PRIMARY KEY (source, day)
    )
"""


def accept(settings: Settings, source: str, day: date, why: str, run_id: str) -> None:
    """Records that a day of a raw table is accepted; a second time keeps the later reason."""
    statement = """
        INSERT INTO ingestion.accepted_days (source, day, why, run_id) VALUES (%s, %s, %s, %s)
        ON CONFLICT (source, day) DO UPDATE SET
            why = excluded.why, accepted_at = now(), run_id = excluded.run_id
    """
    with psycopg.connect(settings.database_url) as connection:
        _define(connection)
        connection.execute(statement, (source, day, why, run_id))


def accepted(settings: Settings, source: str, days: Collection[date]) -> dict[date, str]:
    """The accepted days among these, and why each was accepted."""
    query = "SELECT day, why FROM ingestion.accepted_days WHERE source = %s AND day = ANY(%s)"
    with psycopg.connect(settings.database_url) as connection:
        _define(connection)
        return dict(connection.execute(query, (source, list(days))).fetchall())


def _define(connection: psycopg.Connection) -> None:
    # Two that make the schema at once would fail each other.
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('dagdeck.ingestion'))")
    connection.execute(DEFINITION)
