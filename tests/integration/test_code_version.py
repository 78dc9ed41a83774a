"""A changed model's code version marks what it wrote; what it doesn't depend on stays."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import dagster as dg
import pytest

from pipelines.transform.code_version import code_version
from pipelines.transform.prepare import manifest_path
from tests.integration.lakehouse import Lakehouse, settled_days

SILVER = "model.lakehouse.fct_glucose_readings"
CALENDAR = "model.lakehouse.dim_date"


@pytest.fixture
def manifest(lakehouse: Lakehouse) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(manifest_path(lakehouse.settings).read_text())
    return read


def test_a_change_of_the_models_code_or_of_a_macro_of_a_macro_changes_its_version(
    manifest: dict[str, Any],
) -> None:
    before = code_version(manifest, SILVER)
    changed = deepcopy(manifest)
    changed["nodes"][SILVER]["raw_code"] += " "
    assert code_version(changed, SILVER) != before
    changed = deepcopy(manifest)
    changed["macros"]["macro.lakehouse.window_start"]["macro_sql"] += " "
    assert code_version(changed, SILVER) != before


def test_a_change_of_a_macro_that_a_model_does_not_call_leaves_its_version(
    manifest: dict[str, Any],
) -> None:
    before = code_version(manifest, CALENDAR)
    changed = deepcopy(manifest)
    changed["macros"]["macro.lakehouse.exact_deviation"]["macro_sql"] += " "
    assert code_version(changed, CALENDAR) == before


def test_each_day_of_a_model_is_recorded_with_the_version_that_made_it(
    lakehouse: Lakehouse, manifest: dict[str, Any]
) -> None:
    (day,) = settled_days(1)
    outcome = lakehouse.run(day)
    recorded = {
        event.asset_key.to_user_string(): (
            event.step_materialization_data.materialization.tags or {}
        ).get("dagster/code_version")
        for event in outcome.result.get_asset_materialization_events()
        if event.asset_key
    }
    assert recorded["fct_glucose_readings"] == code_version(manifest, SILVER)
    spec = lakehouse.defs.resolve_asset_graph().get(dg.AssetKey("dim_date"))
    assert spec.code_version == recorded["dim_date"] == code_version(manifest, CALENDAR)
