"""Which of the cells in question are stale, asked only where the answer changes what would run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from console.api import queries
from console.domain.status.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from console.domain.assets.keys import AssetKey
    from console.planner.request import CellId, Request
    from console.store.deployment import Deployment

CELLS_READ_FOR_ONE_ASKED = 10
"""The server reads about so many last materializations in the time that one verdict takes it."""
CELLS_A_WORD = 20_000
"""How far it is is told about every so many cells."""
Tell = Callable[[str], None]
"""Takes how far something slow is, in words."""


def staleness_matters(request: Request) -> bool:
    """Whether a materialized cell is treated otherwise when it is stale."""
    return (State.STALE in request.run_states) != (State.MATERIALIZED in request.run_states)


async def stale_cells(
    deployment: Deployment, cells: Mapping[AssetKey, Sequence[str | None]], tell: Tell
) -> dict[CellId, str]:
    """The stale ones among the materialized cells, each with its reason. Raises ApiError.

    The server is asked for cells that aren't judged: where judging a whole asset would
    cost more than asking for its few cells in question, and where it can't be judged.
    """
    staleness = deployment.staleness
    made = {key: _materialized(deployment, key, some) for key, some in cells.items()}
    total, done = sum(map(len, made.values())), 0
    found: dict[CellId, str] = {}
    for some in _portions(made):
        if total:
            tell(f"reading which cells are stale: {done} of {total}")
        await staleness.read([key for key in some if _worth_judging(deployment, key, made[key])])
        for key in some:
            found |= await _stale_of(deployment, key, made[key])
        done += sum(len(made[key]) for key in some)
    return found


def _portions(made: Mapping[AssetKey, Sequence[str | None]]) -> Iterable[list[AssetKey]]:
    portion: list[AssetKey] = []
    cells = 0
    for key, some in made.items():
        portion.append(key)
        cells += len(some)
        if cells >= CELLS_A_WORD:
            yield portion
            portion, cells = [], 0
    if portion:
        yield portion


def _worth_judging(deployment: Deployment, key: AssetKey, cells: Sequence[str | None]) -> bool:
    if not cells:
        return False
    row = deployment.rows.get(key)
    total = row.total if row else 0
    return deployment.staleness.is_judged(key) or len(cells) * CELLS_READ_FOR_ONE_ASKED >= total


async def _stale_of(
    deployment: Deployment, key: AssetKey, cells: Sequence[str | None]
) -> dict[CellId, str]:
    verdicts = {partition: deployment.staleness.verdict(key, partition) for partition in cells}
    found: dict[CellId, str] = {
        (key, partition): deployment.stale_reason(key, partition) or ""
        for partition, stale in verdicts.items()
        if stale
    }
    return found | await _ask(deployment, key, [p for p in cells if verdicts[p] is None])


async def _ask(
    deployment: Deployment, key: AssetKey, cells: Sequence[str | None]
) -> dict[CellId, str]:
    client, names = deployment.client, [name for name in cells if name is not None]
    answers: dict[str | None, tuple[bool, str]] = {}
    if names:
        answers.update(await queries.stale(client, key, names))
    elif cells:
        whole = await queries.stale_whole(client, [key])
        answers.update({None: whole[key]} if key in whole else {})
    return {(key, partition): why for partition, (stale, why) in answers.items() if stale}


def _materialized(
    deployment: Deployment, key: AssetKey, partitions: Sequence[str | None]
) -> list[str | None]:
    """The partition None is an asset's that has none."""
    keys, row = deployment.keys.get(key, ...), deployment.rows.get(key)
    if keys is ... or row is None or not deployment.graph[key].materializable:
        return []
    places = ((one, 0 if keys is None else keys.positions.get(one or "")) for one in partitions)
    made = (State.MATERIALIZED, State.STALE)
    return [
        name for name, at in places if at is not None and at < row.total and row.states[at] in made
    ]
