"""The sensors that keep an alert for each failed run and send the alerts that are due."""

from datetime import timedelta
from logging import Logger

import dagster as dg

from pipelines.operations.alerts.outbox import Delivered
from pipelines.operations.alerts.reading import alert_of
from pipelines.operations.automation import SENSORS_RUN
from pipelines.resources.connections import Alerts
from pipelines.settings import Settings

NOBODY = "Nobody is to be told: neither DAGDECK_SLACK_WEBHOOK_URL nor DAGDECK_SMTP_URL is set."


@dg.run_failure_sensor(
    minimum_interval_seconds=Settings().sensor_interval_seconds,
    default_status=SENSORS_RUN,
    monitor_all_code_locations=True,
)
def failure_alerts(context: dg.RunFailureSensorContext, alerts: Alerts) -> None:
    """Keeps an alert on the failed run and sends it, once in a window for each cause."""
    alert = alert_of(context, Settings().dagster_url)
    window = timedelta(seconds=Settings().alert_window_seconds)
    if alerts.keep(alert, window):
        _log(context.log, alerts.deliver())
    else:
        context.log.info(f"{alert.subject}: the same was told less than {window} before")


@dg.sensor(minimum_interval_seconds=Settings().sensor_interval_seconds, default_status=SENSORS_RUN)
def undelivered_alerts(context: dg.SensorEvaluationContext, alerts: Alerts) -> dg.SkipReason:
    """Sends an alert again that a receiver did not take, until it does."""
    if not alerts.receivers():
        return dg.SkipReason(NOBODY)
    done = alerts.deliver()
    _log(context.log, done)
    return dg.SkipReason(done.words)


def _log(log: Logger, done: Delivered) -> None:
    for sentence in done.arrived:
        log.info(sentence)
    for sentence in done.failed:
        log.error(sentence)
