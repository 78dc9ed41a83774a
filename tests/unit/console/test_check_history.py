"""A check that failed before the newest materialization is told from one that never ran."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from console.api import run_queries
from console.api.check_queries import HISTORIES_AT_ONCE, earlier_verdicts
from console.domain.checks import AssetCheck
from console.domain.grid.details import AssetDetail, CellDetail
from console.domain.status.states import State
from console.store.deployment import Deployment
from console.store.status_words import read_checks
from console.widgets.asset_map.asset_panel import AssetPanel, bad_first
from console.widgets.common.asset_words import AssetWords
from console.widgets.grid.cell_panel import CellPanel
from tests.staleness.server import InProcess, serving
from tests.unit.console.assets import deck_of, graph_of, key, made

if TYPE_CHECKING:
    from collections.abc import Iterator


@dg.asset
def checked() -> None:
    """An asset with checks."""


@dg.asset_check(asset=checked)
def failing() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False)


@dg.asset_check(asset=checked)
def passing() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


@dg.asset_check(asset=checked)
def never() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


@pytest.fixture(scope="module")
def client() -> Iterator[InProcess]:
    some = dg.Definitions(assets=[checked], asset_checks=[failing, passing, never])
    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize([checked, failing, passing], instance=instance)
        dg.materialize([checked], instance=instance)
        with serving(instance, some) as served:
            yield served


async def test_the_last_verdict_before_the_newest_materialization_is_known(
    client: InProcess,
) -> None:
    detail = await run_queries.asset_detail(client, ("checked",))
    told = {check.name: (check.verdict, check.earlier) for check in detail.checks}
    assert told == {
        "failing": ("not run", "failed"),
        "passing": ("not run", "passed"),
        "never": ("not run", ""),
    }


async def test_the_watch_tells_a_check_that_failed_before_from_one_that_never_ran(
    client: InProcess,
) -> None:
    deployment = Deployment(client)
    await deployment.load()
    checks = await read_checks(deployment)
    assert checks.earlier == {key("checked"): ("failing",)}
    assert checks.failed == {}


async def test_more_checks_than_places_of_a_question_are_asked_in_turn(client: InProcess) -> None:
    names = [f"c{at}" for at in range(HISTORIES_AT_ONCE)] + ["failing"]
    before = len(client.operations)
    earlier = await earlier_verdicts(client, [(key("checked"), name) for name in names])
    assert {name: verdict.word for (_, name), verdict in earlier.items()} == {"failing": "failed"}
    assert client.operations[before:] == ["CheckHistories"] * 2


def test_the_cell_says_that_a_check_failed_before() -> None:
    panel = CellPanel(ascii_only=False)
    panel.show_cell(key("a"), None, State.MATERIALIZED, "…", earlier=("failing",))
    assert ("   failing failed before, not run since", "warn") in panel._lines[0]


def test_the_panel_says_when_it_failed_and_names_what_is_bad_first() -> None:
    deck = deck_of(graph_of([("a", "")]), [made("a", time.time())])
    checks = [
        *(AssetCheck(f"fine{at}", "passed", "", False, "", None) for at in range(200)),
        AssetCheck("never", "not run", "", False, "", None),
        AssetCheck("before", "not run", "", False, "", time.time() - 7200, "failed"),
        *(AssetCheck(f"bad{at}", "failed", "ERROR", True, "", None) for at in range(10)),
    ]
    panel = AssetPanel(
        AssetWords(deck.deployment, time.time()), key("a"), AssetDetail(tuple(checks), CellDetail())
    )
    texts = ["".join(text for text, _ in line) for line in panel.lines(120)]
    shown = [line for line in texts if any(check.name in line for check in checks)]
    assert all(f"bad{at} failed" in line for at, line in enumerate(shown[:10]))
    assert "before not run since" in shown[10]
    assert "when it failed" in shown[10]
    assert any("never not run" in line and "since" not in line for line in shown)


def test_checks_that_are_equally_bad_keep_their_order() -> None:
    checks = [AssetCheck(name, "failed", "", False, "", None) for name in "cab"]
    assert [check.name for check in bad_first(checks)] == ["c", "a", "b"]


def test_the_panel_names_the_code_locations_that_define_the_same_key() -> None:
    deck = deck_of(graph_of([("a", "")]), [made("a", time.time())])
    words = AssetWords(deck.deployment, time.time())
    twice = AssetDetail((), CellDetail(), ("one.py", "two.py"))
    shown = [
        "".join(text for text, _ in line) for line in AssetPanel(words, key("a"), twice).lines(80)
    ]
    assert " defined by 2 code locations: one.py, two.py" in shown
    once = AssetPanel(words, key("a"), AssetDetail((), CellDetail())).lines(80)
    assert not any("defined by" in text for line in once for text, _ in line)
