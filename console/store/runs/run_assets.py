"""The assets of runs without an asset selection, by their steps and events."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from console.api import run_queries
from console.domain.errors import BadAnswer, ServerError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.api.client import Client
    from console.domain.assets.keys import AssetKey
    from console.domain.runs.run import Run

RUNS_AT_ONCE = 50
"""The server reads the plan and the events of each."""


class RunAssets:
    """Asks once for a run under way, and once more when it has ended, since events may name more."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[tuple[str, bool], tuple[AssetKey, ...] | None] = {}
        """None for those that the server can't tell of."""

    async def named(self, runs: Iterable[Run]) -> tuple[Run, ...]:
        """The runs with their assets; as they are where the server can't tell. Raises Unreachable."""
        runs = tuple(runs)
        unknown = [run for run in runs if not run.assets and _id(run) not in self._known]
        for at in range(0, len(unknown), RUNS_AT_ONCE):
            await self._read(unknown[at : at + RUNS_AT_ONCE])
        return tuple(self._with_assets(run) for run in runs)

    async def _read(self, runs: list[Run]) -> None:
        """Ask; a question that the server fails on is halved, and one run left unknown."""
        try:
            found = await run_queries.run_assets(self._client, [run.id for run in runs])
        except (BadAnswer, ServerError):
            middle = len(runs) // 2
            for half in (runs[:middle], runs[middle:]) if middle else ():
                await self._read(half)
            self._known |= {} if middle else {_id(run): None for run in runs}
            return
        self._known |= {_id(run): found[run.id] for run in runs if run.id in found}

    def _with_assets(self, run: Run) -> Run:
        assets = self._known.get(_id(run))
        if run.assets or assets is None:
            return run
        return replace(run, assets=assets, asset_count=len(assets), planned=True)


def _id(run: Run) -> tuple[str, bool]:
    return run.id, run.status.ended
