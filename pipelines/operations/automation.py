"""What runs by itself: on by default, so that a new deployment stays alive, or off by setting."""

import dagster as dg

from pipelines.settings import Settings

IS_ON = Settings().automation == "on"
SENSORS_RUN = dg.DefaultSensorStatus.RUNNING if IS_ON else dg.DefaultSensorStatus.STOPPED
SCHEDULES_RUN = dg.DefaultScheduleStatus.RUNNING if IS_ON else dg.DefaultScheduleStatus.STOPPED

INGESTED = dg.AssetSelection.groups("nightscout", "github")
"""Only of these are the checks waited for: models of one run test each other within it."""

not_amid_a_backfill = ~dg.AutomationCondition.any_deps_match(
    dg.AutomationCondition.backfill_in_progress()
).with_label("not amid a backfill")

hourly = dg.AutomationCondition.on_cron(Settings().ingest_cron, Settings().timezone)
"""For what is ingested: the newest partition."""

after_ingest = (
    dg.AutomationCondition.eager()
    & dg.AutomationCondition.all_deps_blocking_checks_passed().allow(INGESTED)
    & not_amid_a_backfill
)
"""For models: the newest partition, once what it is made of is new and its blocking checks passed."""

after_any_day = (
    dg.AutomationCondition.eager().without(~dg.AutomationCondition.any_deps_missing())
    & not_amid_a_backfill
)
"""For marts, which are whole tables: any new partition will do, and most days may be missing."""

conditions = dg.AutomationConditionSensorDefinition(
    "automation_conditions",
    target=dg.AssetSelection.all(),
    default_status=SENSORS_RUN,
    minimum_interval_seconds=Settings().sensor_interval_seconds,
)
