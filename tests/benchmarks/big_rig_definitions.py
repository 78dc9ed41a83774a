"""The code location of the big rig: 50 assets in five chains, 3,017 daily partitions each.

A chain is a line with two shortcuts, so that some assets have two parents. In each chain one
asset declares a code version. A run tagged `rig/fail: <asset>` fails in that asset's step.
"""

import os

import dagster as dg

SUBJECTS = ("orders", "payments", "sessions", "shipments", "stock")
STAGES = (
    "landed",
    "typed",
    "deduplicated",
    "conformed",
    "enriched",
    "joined",
    "summed",
    "scored",
    "checked",
    "published",
)
FIRST_DAY, END = "2016-09-28", "2025-01-01"
"""The end is no partition; in the past of whoever measures, so that the count stays."""
VERSIONED = "conformed"
SHORTCUTS = {"joined": "conformed", "published": "summed"}
FAIL_TAG = "rig/fail"
CODE_VERSION = "RIG_CODE_VERSION"
"""What `stock_conformed` declares; the others' stays `1`."""

days = dg.DailyPartitionsDefinition(FIRST_DAY, end_date=END)


def names() -> list[str]:
    """All assets, upstream first within each chain."""
    return [f"{subject}_{stage}" for subject in SUBJECTS for stage in STAGES]


def _parents(subject: str, stage: str) -> list[str]:
    at = STAGES.index(stage)
    stages = [*STAGES[:at][-1:], *filter(None, [SHORTCUTS.get(stage)])]
    return [f"{subject}_{one}" for one in stages]


def _code_version(subject: str, stage: str) -> str | None:
    if stage != VERSIONED:
        return None
    return os.environ.get(CODE_VERSION, "2") if subject == SUBJECTS[-1] else "1"


def _asset(subject: str, stage: str) -> dg.AssetsDefinition:
    name = f"{subject}_{stage}"

    @dg.asset(
        name=name,
        group_name=subject,
        deps=_parents(subject, stage),
        partitions_def=days,
        code_version=_code_version(subject, stage),
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def made(context: dg.AssetExecutionContext) -> None:
        if context.run_tags.get(FAIL_TAG) == name:
            raise RuntimeError(f"{name}: the source answered 503")

    return made


defs = dg.Definitions(
    [_asset(subject, stage) for subject in SUBJECTS for stage in STAGES],
    executor=dg.in_process_executor,
)
