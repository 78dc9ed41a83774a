"""The assets that are launched: days, two without partitions, one that lacks configuration."""

import dagster as dg

DAYS = dg.DailyPartitionsDefinition("2025-01-01", end_date="2026-01-01")


@dg.asset(partitions_def=DAYS)
def readings() -> None:
    """A day a partition."""


@dg.asset
def totals() -> None:
    """The whole of it."""


@dg.asset(automation_condition=dg.AutomationCondition.eager())
def stations() -> None:
    """The whole of it, too."""


@dg.asset(config_schema={"city": str}, partitions_def=DAYS)
def forecasts() -> None:
    """Needs a city."""


ODD_KEYS = ('{"s":1, "v":1}', "a,b", "*", "my|key", "[x]", '"q"', " b", "/x/", "last 3", "plain")
ODDER_KEYS = ("a...b", "a\nb", "a", "b")
ADDED = dg.DynamicPartitionsDefinition(name="added")


@dg.asset(partitions_def=dg.StaticPartitionsDefinition(list(ODD_KEYS)))
def odd() -> None:
    """Its keys hold what a grammar of partitions means."""


@dg.asset(partitions_def=ADDED)
def odder() -> None:
    """Its keys are added while it is served."""


definitions = dg.Definitions(
    assets=[readings, totals, stations, forecasts, odd, odder],
    schedules=[
        dg.ScheduleDefinition(
            f"{state.value.lower()}_hourly",
            cron_schedule="0 * * * *",
            target="totals",
            default_status=state,
        )
        for state in dg.DefaultScheduleStatus
    ],
    sensors=[
        dg.AutomationConditionSensorDefinition(
            "conditions", target="stations", default_status=dg.DefaultSensorStatus.RUNNING
        )
    ],
)
