"""310 daily assets in chains of ten, each chain hanging on the one before, for the rig of `many`.

A run tagged `many/fail` fails in its first step; the asset LATE is to be younger than a minute.
"""

from datetime import timedelta

import dagster as dg

ASSETS, CHAIN = 310, 10
DAYS = dg.DailyPartitionsDefinition("2025-10-23")
FAIL_TAG = "many/fail"
LATE = "a005"
MINUTE = dg.FreshnessPolicy.time_window(fail_window=timedelta(minutes=1))


def names() -> list[str]:
    """All assets, upstream first."""
    return [f"a{number:03}" for number in range(ASSETS)]


def _asset(number: int) -> dg.AssetsDefinition:
    before = [number - 1] if number % CHAIN else [number - CHAIN] if number else []
    name = f"a{number:03}"

    @dg.asset(
        name=name,
        group_name=f"chain{number // CHAIN:02}",
        partitions_def=DAYS,
        deps=[f"a{parent:03}" for parent in before],
        freshness_policy=MINUTE if name == LATE else None,
    )
    def made(context: dg.AssetExecutionContext) -> None:
        if FAIL_TAG in context.run_tags:
            raise RuntimeError(f"{name}: the source answered 503 for {context.partition_key}")

    return made


defs = dg.Definitions(
    assets=[_asset(number) for number in range(ASSETS)], executor=dg.in_process_executor
)
