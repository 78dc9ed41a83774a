"""`dagdeck status` refuses a name that no asset has before it reads anything else."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from typing import TYPE_CHECKING

import pytest

from console.domain.selection.evaluation import BadSelection
from console.headless.status import main
from tests.unit.console.assets import deck_of, graph_of

if TYPE_CHECKING:
    from console.store.deployment import Deployment


def _deployment(monkeypatch: pytest.MonkeyPatch) -> Deployment:
    """Knows its structure; to read anything else is an error."""
    deployment = deck_of(graph_of([("dlt_glucose_entries", "stg_entries")]), []).deployment

    async def known() -> None:
        pass

    monkeypatch.setattr(deployment, "load_structure", known)
    monkeypatch.setattr(deployment, "load_runs", None)
    return deployment


def test_the_nearest_by_spelling_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    options = Namespace(assets="dlt_glucose_entrys", json=False, bad=False, check=False)
    with pytest.raises(BadSelection, match="did you mean `dlt_glucose_entries`"):
        asyncio.run(main(_deployment(monkeypatch), options))
