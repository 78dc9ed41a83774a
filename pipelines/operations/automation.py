"""The automation: on by default, so that a new deployment stays alive, or off by a setting."""

import dagster as dg

from pipelines.settings import Settings

IS_ON = Settings().automation == "on"
SENSORS_RUN = dg.DefaultSensorStatus.RUNNING if IS_ON else dg.DefaultSensorStatus.STOPPED
SCHEDULES_RUN = dg.DefaultScheduleStatus.RUNNING if IS_ON else dg.DefaultScheduleStatus.STOPPED

INGESTED = dg.AssetSelection.groups("nightscout", "github")
"""The assets whose checks are waited for; models of one run test each other within the run."""

not_amid_a_backfill = ~dg.AutomationCondition.any_deps_match(
    dg.AutomationCondition.backfill_in_progress()
).with_label("not amid a backfill")

hourly = dg.AutomationCondition.on_cron(Settings().ingest_cron, Settings().timezone)
"""For raw assets: runs the newest partition at each tick of the cron."""

after_ingest = (
    dg.AutomationCondition.eager()
    & dg.AutomationCondition.all_deps_blocking_checks_passed().allow(INGESTED)
    & not_amid_a_backfill
)
"""For models: runs the newest partition once its upstream is new and the blocking checks have passed."""

after_any_day = (
    dg.AutomationCondition.eager().without(~dg.AutomationCondition.any_deps_missing())
    & not_amid_a_backfill
)
"""For marts, which are whole tables: runs on any new partition, even where most days are missing."""

conditions = dg.AutomationConditionSensorDefinition(
    "automation_conditions",
    target=dg.AssetSelection.all(),
    default_status=SENSORS_RUN,
    minimum_interval_seconds=Settings().sensor_interval_seconds,
)
