"""The daily run of the chain."""

from datetime import timedelta

import dagster as dg

from pipelines.operations.jobs import glucose_chain
from pipelines.partitions import RANGE_END_TAG, RANGE_START_TAG
from pipelines.settings import Settings


@dg.schedule(
    job=glucose_chain,
    cron_schedule="0 6 * * *",
    execution_timezone=Settings().timezone,
    default_status=dg.DefaultScheduleStatus.STOPPED,
)
def daily_glucose(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Yesterday, which is complete by now, and today so far, in one run."""
    today = context.scheduled_execution_time.astimezone(Settings().zone).date()
    yesterday = today - timedelta(days=1)
    tags = {RANGE_START_TAG: yesterday.isoformat(), RANGE_END_TAG: today.isoformat()}
    return dg.RunRequest(run_key=today.isoformat(), tags=tags)
