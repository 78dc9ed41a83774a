"""The filter of runs that the server answers."""

from __future__ import annotations

from typing import Any

import pytest

from console.api.client import Client
from console.domain.runs.question import RunQuestion, run_question
from console.screens.runs.screen import RunsScreen
from console.store.deployment import Deployment
from console.store.runs.run_feed import RunFeed
from tests.unit.console.assets import deck_of, graph_of


@pytest.mark.parametrize(
    ("text", "question", "rest"),
    [
        ("job:daily", RunQuestion("daily"), ""),
        ("dlt backfill:x1 !old", RunQuestion("", (("dagster/backfill", "x1"),)), "dlt !old"),
        ("tag:team=a=b by:ann", RunQuestion("", (("team", "a=b"), ("dagdeck/by", "ann"))), ""),
        ("partition:2026-11-20", RunQuestion("", (("dagster/partition", "2026-11-20"),)), ""),
        ("/a  b/ other:thing job:", RunQuestion(), "/a  b/ other:thing job:"),
        ("", RunQuestion(), ""),
    ],
)
def test_words_before_a_colon_are_for_the_server_and_the_rest_is_not(
    text: str, question: RunQuestion, rest: str
) -> None:
    assert run_question(text) == (question, rest)


class AskedServer(Client):
    """Has one run, and keeps what it was asked for."""

    def __init__(self) -> None:
        super().__init__("http://nowhere.invalid")
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def ask(
        self, name: str, variables: dict[str, Any] | None = None, **_: Any
    ) -> dict[str, Any]:
        given = variables or {}
        self.asked.append((name, given))
        if name == "run_counts":
            return {alias: {"__typename": "Runs", "count": 7} for alias in given}
        runs = [{"id": "r0", "status": "SUCCESS"}]
        return {"runsOrError": {"__typename": "Runs", "results": runs}}


async def test_the_server_is_asked_for_the_job_and_the_tags_and_counts_them() -> None:
    server = AskedServer()
    feed = RunFeed(Deployment(server))
    assert feed.put(RunQuestion("daily", (("team", "a"),)))
    assert not feed.put(RunQuestion("daily", (("team", "a"),)))
    feed.choose("failed")
    await feed.refresh()
    wanted = {"pipelineName": "daily", "tags": [{"key": "team", "value": "a"}]}
    asked = dict(server.asked)
    counted = asked["run_counts"]
    assert asked["runs"]["filter"] == {"statuses": ["FAILURE"], **wanted}
    assert counted["all"] == wanted
    assert counted["failed"] == {"statuses": ["FAILURE"], **wanted}
    assert feed.counts[""] == 7


async def test_a_question_is_sent_when_it_is_typed_and_taken_away_with_the_filter() -> None:
    deck = deck_of(graph_of([("a", "b")]), [])
    async with deck.run_test(size=(100, 30)) as pilot:
        await pilot.press("4", "slash", *"job:daily")
        await pilot.pause()
        screen = deck.screen
        assert isinstance(screen, RunsScreen)
        assert screen.feed.question == RunQuestion()
        await pilot.press("enter")
        await pilot.pause()
        assert screen.feed.question == RunQuestion("daily")
        await pilot.press("escape")
        await pilot.pause()
        assert screen.feed.question == RunQuestion()
