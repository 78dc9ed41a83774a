"""The alerts in Postgres: sent once in a window for each cause, and kept until they have arrived.

A row that was sent but not yet marked when the process died is sent again: twice is better than not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from psycopg import Connection

from pipelines.operations.alerts.alert import Alert
from pipelines.operations.alerts.receivers import NotReceivedError, Send

Transaction = Callable[[], AbstractContextManager[Connection]]
LONGEST_WAIT_SECONDS = 900
KEPT_TRYING = timedelta(days=2)
"""An alert that no receiver took for so long is given up."""
PAUSE_SECONDS = 0.5

TABLES = """
CREATE SCHEMA IF NOT EXISTS operations;
CREATE TABLE IF NOT EXISTS operations.alerts (
    run_id text PRIMARY KEY,
    cause text NOT NULL,
    failed_at timestamptz NOT NULL,
    told boolean NOT NULL,
    alert jsonb NOT NULL
);
CREATE TABLE IF NOT EXISTS operations.alert_deliveries (
    run_id text NOT NULL REFERENCES operations.alerts,
    receiver text NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz,
    last_error text,
    PRIMARY KEY (run_id, receiver)
);
"""
LAST_TOLD = "SELECT max(failed_at) FROM operations.alerts WHERE cause = %s AND told"
HELD_BACK = """
SELECT count(*) FROM operations.alerts
WHERE cause = %s AND NOT told AND failed_at >= coalesce(%s, '-infinity'::timestamptz)
"""
KEEP = """
INSERT INTO operations.alerts (run_id, cause, failed_at, told, alert)
VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
ADDRESS = "INSERT INTO operations.alert_deliveries (run_id, receiver) VALUES (%s, %s)"
NEXT_DUE = """
SELECT run_id, receiver, alert, attempts
FROM operations.alert_deliveries JOIN operations.alerts USING (run_id)
WHERE delivered_at IS NULL AND due_at <= clock_timestamp() AND receiver = ANY(%s)
    AND failed_at > now() - %s
ORDER BY failed_at, receiver LIMIT 1
FOR UPDATE OF alert_deliveries SKIP LOCKED
"""
ARRIVED = """
UPDATE operations.alert_deliveries
SET attempts = attempts + 1, delivered_at = now(), last_error = NULL
WHERE run_id = %s AND receiver = %s
"""
FAILED = """
UPDATE operations.alert_deliveries
SET attempts = attempts + 1, last_error = %s, due_at = clock_timestamp() + %s
WHERE run_id = %s AND receiver = %s
"""


def prepare(connection: Connection) -> None:
    """Makes the tables; two processes may do so at once."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('dagdeck.alerts'))")
    connection.execute(TABLES)


def keep(
    connection: Connection, alert: Alert, window: timedelta, receivers: Collection[str]
) -> bool:
    """Keeps the alert, due unless one of its cause was sent within the window; returns whether it is due.

    A run that is known already changes nothing.
    """
    prepare(connection)
    row = connection.execute(LAST_TOLD, (alert.cause,)).fetchone()
    last: datetime | None = row[0] if row else None
    is_due = last is None or alert.failed_at - last >= window
    count = connection.execute(HELD_BACK, (alert.cause, last)).fetchone()
    whole = alert.model_copy(update={"held_back": count[0] if is_due and count else 0})
    values = (alert.run_id, alert.cause, alert.failed_at, is_due, whole.model_dump_json())
    is_new = connection.execute(KEEP, values).rowcount == 1
    if is_new and is_due:
        for receiver in receivers:
            connection.execute(ADDRESS, (alert.run_id, receiver))
    return is_new and is_due


@dataclass
class Delivered:
    """The outcome of sending what is due: a sentence for each alert."""

    arrived: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """The whole outcome in one line."""
        return "; ".join([*self.arrived, *self.failed]) or "every alert has arrived"


def deliver(
    transaction: Transaction, receivers: Mapping[str, Send], attempts: int, seconds: float
) -> Delivered:
    """Sends the alerts that are due, for about `seconds`; one that fails is due again later and holds up no other."""
    done, deadline = Delivered(), time.monotonic() + seconds
    while receivers and time.monotonic() < deadline:
        with transaction() as connection:
            if not _deliver_next(connection, receivers, attempts, done):
                break
    return done


def _deliver_next(
    connection: Connection, receivers: Mapping[str, Send], attempts: int, done: Delivered
) -> bool:
    """Sends the next alert; returns whether there was one. Its row is locked meanwhile, so that nobody else sends it."""
    row = connection.execute(NEXT_DUE, (list(receivers), KEPT_TRYING)).fetchone()
    if row is None:
        return False
    run_id, receiver, content, before = row
    alert = Alert.model_validate(content)
    try:
        _send(receivers[receiver], alert, attempts)
    except NotReceivedError as error:
        wait = timedelta(seconds=min(5 * 2**before, LONGEST_WAIT_SECONDS))
        connection.execute(FAILED, (str(error), wait, run_id, receiver))
        done.failed.append(f"{alert.subject}: not told by {receiver}: {error}")
    else:
        connection.execute(ARRIVED, (run_id, receiver))
        done.arrived.append(f"{alert.subject}: told by {receiver}")
    return True


def _send(send: Send, alert: Alert, attempts: int) -> None:
    for attempt in range(1, attempts + 1):
        try:
            return send(alert)
        except NotReceivedError:
            if attempt == attempts:
                raise
            time.sleep(PAUSE_SECONDS * attempt)
    return None
