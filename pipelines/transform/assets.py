"""The dbt models as assets: the days of a run are built by one dbt process."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject, dbt_assets

from pipelines.operations.automation import after_ingest
from pipelines.partitions import DAILY, RANGE_IN_ONE_RUN, days_of
from pipelines.pools import DUCKDB
from pipelines.settings import Settings
from pipelines.transform.prepare import manifest_path, prepare

GITHUB = "tag:github"
"""The models of each source are an op of their own: one source's failure holds back no other's."""

FRESHNESS: dict[str, dg.FreshnessPolicy] = {
    "bronze": dg.FreshnessPolicy.time_window(
        fail_window=timedelta(hours=28), warn_window=timedelta(hours=14)
    ),
    "silver": dg.FreshnessPolicy.time_window(
        fail_window=timedelta(hours=30), warn_window=timedelta(hours=15)
    ),
    "gold": dg.FreshnessPolicy.cron(
        deadline_cron="0 8 * * *",
        lower_bound_delta=timedelta(hours=8),
        timezone=Settings().timezone,
    ),
}


class Translator(DagsterDbtTranslator):
    """A model is the asset of its name, in the group of its layer."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "model":
            return dg.AssetKey(dbt_resource_props["name"])
        return super().get_asset_key(dbt_resource_props)

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return str(dbt_resource_props["fqn"][1])

    def get_automation_condition(
        self,
        dbt_resource_props: Mapping[str, Any],  # noqa: ARG002 - the same for every model
    ) -> dg.AutomationCondition[Any] | None:
        return after_ingest

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        policy = FRESHNESS.get(spec.group_name or "")
        return spec.replace_attributes(freshness_policy=policy) if policy else spec


def manifest(settings: Settings) -> Path:
    """The manifest, written first where it is missing."""
    if not manifest_path(settings).is_file():
        prepare(settings)
    return manifest_path(settings)


MANIFEST = manifest(Settings())


@dbt_assets(
    manifest=MANIFEST,
    name="dbt_models",
    exclude=GITHUB,
    dagster_dbt_translator=Translator(),
    partitions_def=DAILY,
    backfill_policy=RANGE_IN_ONE_RUN,
    pool=DUCKDB,
)
def dbt_models(context: dg.AssetExecutionContext) -> Iterator[Any]:
    """Builds and tests the models of the readings, and the calendar, for the days of the run."""
    yield from _built(context)


@dbt_assets(
    manifest=MANIFEST,
    name="dbt_github_models",
    select=GITHUB,
    dagster_dbt_translator=Translator(),
    partitions_def=DAILY,
    backfill_policy=RANGE_IN_ONE_RUN,
    pool=DUCKDB,
)
def dbt_github_models(context: dg.AssetExecutionContext) -> Iterator[Any]:
    """Builds and tests the models of the events for the days of the run."""
    yield from _built(context)


def _built(context: dg.AssetExecutionContext) -> Iterator[Any]:
    from pipelines.transform.dbt_build import build

    days = days_of(context.partition_keys)
    context.log.info(f"dbt builds {days[0]} to {days[-1]}")
    yield from build(context, Settings(), days)
