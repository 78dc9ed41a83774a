"""The daily run of each chain, for what came late or was corrected."""

from datetime import timedelta

import dagster as dg

from pipelines.operations.automation import SCHEDULES_RUN
from pipelines.operations.jobs import github_chain, glucose_chain
from pipelines.partitions import RANGE_END_TAG, RANGE_START_TAG
from pipelines.settings import Settings


@dg.schedule(
    job=glucose_chain,
    cron_schedule=Settings().daily_cron,
    execution_timezone=Settings().timezone,
    default_status=SCHEDULES_RUN,
)
def daily_glucose(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Runs the two days before today, in one run, for readings of both may have come late or been corrected."""
    return two_days_before(context)


@dg.schedule(
    job=github_chain,
    cron_schedule=Settings().daily_cron,
    execution_timezone=Settings().timezone,
    default_status=SCHEDULES_RUN,
)
def daily_github(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Runs the two days before today, in one run, for GitHub may serve an event hours after it happened."""
    return two_days_before(context)


def two_days_before(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """A run for the two days before the day of the tick, in the deployment's zone."""
    tick_at = context.scheduled_execution_time
    today = tick_at.astimezone(Settings().zone).date()
    first, last = today - timedelta(days=2), today - timedelta(days=1)
    tags = {RANGE_START_TAG: first.isoformat(), RANGE_END_TAG: last.isoformat()}
    return dg.RunRequest(run_key=tick_at.isoformat(), tags=tags)
