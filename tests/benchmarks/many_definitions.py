"""310 daily assets in chains of ten, each chain hanging on the one before, for the rig of `many`."""

from __future__ import annotations

import dagster as dg

ASSETS, CHAIN = 310, 10
DAYS = dg.DailyPartitionsDefinition("2025-10-23")


def _asset(at: int) -> dg.AssetsDefinition:
    before = [f"a{at - 1:03}"] if at % CHAIN else [f"a{at - CHAIN:03}"] if at else []

    @dg.asset(
        name=f"a{at:03}",
        group_name=f"chain{at // CHAIN:02}",
        partitions_def=DAYS,
        deps=before,
    )
    def made() -> None: ...

    return made


defs = dg.Definitions(assets=[_asset(at) for at in range(ASSETS)])
