"""Alerts, from a failed run to those who are told, over real Postgres, HTTP and SMTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg
import psycopg
import pytest

from pipelines.operations.alerts.alert import Alert
from pipelines.operations.alerts.outbox import Delivered
from pipelines.operations.alerts.receivers import NotReceivedError, receivers
from pipelines.operations.alerts.sensors import failure_alerts, undelivered_alerts
from pipelines.resources.connections import Alerts
from tests.integration.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.settings import Settings
    from tests.receivers import Receivers

NIGHT = datetime.now(UTC) - timedelta(hours=3)
WINDOW = timedelta(hours=1)


def alert(number: int, at: datetime = NIGHT, error: str | None = None) -> Alert:
    return Alert(
        run_id=f"run-{number}",
        job="glucose_chain",
        assets=("dlt_glucose_entries",),
        partition="2026-02-28",
        error=error or f"Nightscout failed for 2026-02-{number:02d}: answered 503",
        failed_at=at,
        link=f"http://dagster/runs/run-{number}",
    )


@pytest.fixture
def alerts(
    lakehouse_settings: Settings, receivers: Receivers, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Alerts]:
    """The resource, with an empty outbox and both receivers."""
    for name, value in receivers.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DAGDECK_DAGSTER_URL", "http://dagster:3000")
    with psycopg.connect(lakehouse_settings.database_url) as connection:
        connection.execute("DROP SCHEMA IF EXISTS operations CASCADE")
    receivers.forget()
    yield Alerts()
    receivers.forget()


def outbox(settings: Settings) -> list[tuple[Any, ...]]:
    """Each delivery: run, receiver, attempts, whether it arrived."""
    with psycopg.connect(settings.database_url) as connection:
        return connection.execute(
            "SELECT run_id, receiver, attempts, delivered_at IS NOT NULL "
            "FROM operations.alert_deliveries ORDER BY 1, 2"
        ).fetchall()


def due_now(settings: Settings) -> None:
    """As if the wait before the next attempt were over."""
    with psycopg.connect(settings.database_url) as connection:
        connection.execute("UPDATE operations.alert_deliveries SET due_at = now()")


def test_an_alert_has_asset_partition_run_error_and_link(
    alerts: Alerts, receivers: Receivers
) -> None:
    assert alerts.keep(alert(1), WINDOW)
    alerts.deliver()
    (text,), (mail,) = receivers.slack, receivers.mails
    for said in (text, f"{mail['Subject']}\n{mail.get_content()}"):
        assert "dlt_glucose_entries failed for 2026-02-28" in said
        assert "Nightscout failed for 2026-02-01: answered 503" in said
        assert "run-1 of glucose_chain" in said
        assert "http://dagster/runs/run-1" in said
    assert mail["To"] == "night@example.org, day@example.org"


def test_a_cause_is_told_once_a_window_and_again_when_it_has_ended(
    alerts: Alerts, receivers: Receivers
) -> None:
    assert alerts.keep(alert(1), WINDOW)
    assert not alerts.keep(alert(2, NIGHT + timedelta(minutes=10)), WINDOW)
    assert not alerts.keep(alert(3, NIGHT + timedelta(minutes=59)), WINDOW)
    assert alerts.keep(alert(4, NIGHT + timedelta(minutes=60)), WINDOW)
    assert not alerts.keep(alert(5, NIGHT + timedelta(minutes=61)), WINDOW)
    alerts.deliver()
    assert len(receivers.slack) == len(receivers.mails) == 2
    assert "not told since the last alert" not in receivers.slack[0]
    assert "not told since the last alert: 2 more for this reason" in receivers.slack[1]


def test_another_cause_within_the_window_is_told(alerts: Alerts, receivers: Receivers) -> None:
    assert alerts.keep(alert(1), WINDOW)
    assert alerts.keep(alert(2, error="the disk is full"), WINDOW)
    alerts.deliver()
    assert len(receivers.slack) == 2


def test_a_run_seen_twice_is_told_once(alerts: Alerts, receivers: Receivers) -> None:
    assert alerts.keep(alert(1), WINDOW)
    assert not alerts.keep(alert(1, NIGHT + timedelta(hours=5)), WINDOW)
    alerts.deliver()
    alerts.deliver()
    assert len(receivers.slack) == len(receivers.mails) == 1


def test_a_receiver_that_fails_once_is_tried_again_at_once(
    alerts: Alerts, receivers: Receivers
) -> None:
    receivers.slack_refuses = receivers.smtp_refuses = 1
    alerts.keep(alert(1, datetime.now(UTC)), WINDOW)
    assert alerts.deliver().failed == []
    assert len(receivers.slack) == len(receivers.mails) == 1


def test_a_receiver_that_keeps_failing_holds_up_no_other_and_is_tried_later(
    alerts: Alerts, receivers: Receivers, lakehouse_settings: Settings
) -> None:
    receivers.slack_refuses = 2
    alerts.keep(alert(1, datetime.now(UTC)), WINDOW)
    first = alerts.deliver()
    assert len(receivers.mails) == 1
    assert first.failed == [
        "dlt_glucose_entries failed for 2026-02-28: not told by slack: "
        "Slack at 127.0.0.1 answered 500: rollup_error"
    ]
    assert alerts.deliver() == Delivered()
    assert outbox(lakehouse_settings) == [("run-1", "email", 1, True), ("run-1", "slack", 1, False)]
    due_now(lakehouse_settings)
    alerts.deliver()
    assert len(receivers.slack) == len(receivers.mails) == 1
    assert outbox(lakehouse_settings)[1] == ("run-1", "slack", 2, True)


def test_a_receiver_out_of_reach_is_named_without_the_secret(
    alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = free_port()
    monkeypatch.setenv("DAGDECK_SLACK_WEBHOOK_URL", f"http://127.0.0.1:{nowhere}/s3cret")
    monkeypatch.setenv("DAGDECK_SMTP_URL", f"smtp://me:hunter2@127.0.0.1:{nowhere}")
    sends = alerts.receivers()
    for name, words in (("slack", "can't be reached"), ("email", "did not take it")):
        with pytest.raises(NotReceivedError, match=words) as caught:
            sends[name](alert(1))
        assert "s3cret" not in str(caught.value)
        assert "hunter2" not in str(caught.value)


def test_text_from_outside_is_no_markup_in_slack(alerts: Alerts, receivers: Receivers) -> None:
    alerts.keep(alert(1, error="<!channel> a & b"), WINDOW)
    alerts.deliver()
    assert "&lt;!channel&gt; a &amp; b" in receivers.slack[0]


def test_without_receivers_the_sensor_says_so(lakehouse_settings: Settings) -> None:
    assert receivers(lakehouse_settings) == {}
    with dg.build_sensor_context() as context:
        skipped = undelivered_alerts(context, alerts=Alerts())
    assert isinstance(skipped, dg.SkipReason)
    assert "neither DAGDECK_SLACK_WEBHOOK_URL nor DAGDECK_SMTP_URL is set" in str(
        skipped.skip_message
    )


@dg.asset(partitions_def=dg.StaticPartitionsDefinition(["a", "b"]))
def broken() -> None:
    """Fails as code does: one error because of another."""
    try:
        raise KeyError("colour")
    except KeyError as error:
        raise ValueError("the shape has no colour\nmore lines") from error


def test_a_failed_run_becomes_an_alert_in_the_words_of_the_code(
    alerts: Alerts, receivers: Receivers
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [broken], instance=instance, partition_key="b", raise_on_error=False
        )
        failure = dg.build_run_status_sensor_context(
            "failure_alerts", result.get_run_failure_event(), instance, result.dagster_run
        ).for_run_failure()
        failure_alerts(failure, alerts=alerts)
    (text,) = receivers.slack
    assert text.startswith("broken failed for b\n")
    assert "ValueError: the shape has no colour (from KeyError: 'colour')" in text
    assert f"http://dagster:3000/runs/{result.run_id}" in text
    assert "more lines" not in text
