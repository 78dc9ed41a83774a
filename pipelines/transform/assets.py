"""The dbt models as assets: the days of a run are built by one dbt process."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtProject,
    dbt_assets,
)

from pipelines.failures import root_named
from pipelines.operations.automation import after_ingest
from pipelines.partitions import DAILY, RANGE_IN_ONE_RUN, days_of
from pipelines.pools import DUCKDB
from pipelines.settings import Settings
from pipelines.transform.code_version import code_version
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

    def __init__(self) -> None:
        # What is set apart comes with the rows of its source, by the same asset.
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

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
        if unique_id in manifest["nodes"]:
            spec = spec.replace_attributes(code_version=code_version(manifest, unique_id))
        policy = FRESHNESS.get(spec.group_name or "")
        return spec.replace_attributes(freshness_policy=policy) if policy else spec


def manifest(settings: Settings) -> Path:
    """The manifest, written first where it is missing or of an older project, as in an old home."""
    prepare(settings)
    return manifest_path(settings)


MANIFEST = manifest(Settings())


def models(name: str, *, select: str = "fqn:*", exclude: str = "") -> dg.AssetsDefinition:
    """The models that dbt selects, as one op of this name."""

    @dbt_assets(
        manifest=MANIFEST,
        name=name,
        select=select,
        exclude=exclude,
        dagster_dbt_translator=Translator(),
        partitions_def=DAILY,
        backfill_policy=RANGE_IN_ONE_RUN,
        pool=DUCKDB,
    )
    def built_models(context: dg.AssetExecutionContext) -> Iterator[Any]:
        """Builds and tests the models for the days of the run."""
        yield from _build(context)

    return built_models


dbt_models = models("dbt_models", exclude=GITHUB)
"""The models of the readings, and the calendar."""
dbt_github_models = models("dbt_github_models", select=GITHUB)
"""The models of the events."""


def _build(context: dg.AssetExecutionContext) -> Iterator[Any]:
    from pipelines.raw.ingest import refuse_another_zone
    from pipelines.transform.dbt_build import build

    refuse_another_zone(Settings())
    days = days_of(context.partition_keys)
    context.log.info(f"dbt builds {days[0]} to {days[-1]}")
    with root_named(context, "the warehouse", days):
        yield from build(context, Settings(), days)
