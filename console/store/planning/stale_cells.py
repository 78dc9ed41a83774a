"""Which of the cells in question are stale, asked only where the answer changes what would run."""

from __future__ import annotations

import asyncio
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
"""From one cell in so many on, an asset is judged as a whole, which is kept."""
CELLS_A_WORD = 20_000
"""How far it is is told about every so many cells."""
Verdicts = dict["str | None", tuple[bool, str]]
"""Of partitions: whether each is stale, and why."""
Tell = Callable[[str], None]
"""Takes how far something slow is, in words."""


def staleness_matters(request: Request) -> bool:
    """Whether a materialized cell is treated otherwise when it is stale."""
    return (State.STALE in request.run_states) != (State.MATERIALIZED in request.run_states)


async def stale_cells(
    deployment: Deployment, cells: Mapping[AssetKey, Sequence[str | None]], tell: Tell
) -> dict[CellId, str]:
    """The stale ones among the materialized cells, each with its reason. Raises ApiError.

    Of an asset with few cells in question only these are judged. The server is asked for
    cells that can't be.
    """
    staleness = deployment.staleness
    made = {key: _materialized(deployment, key, some) for key, some in cells.items()}
    total, done = sum(map(len, made.values())), 0
    found: dict[CellId, str] = {}
    for some in _portions(made):
        if total:
            tell(f"reading which cells are stale: {done} of {total}")
        worth = [key for key in some if _worth_judging(deployment, key, made[key])]
        await staleness.read(worth)
        few = {key: made[key] for key in some if key not in worth}
        verdicts = {key: _of_all(deployment, key, made[key]) for key in worth}
        verdicts |= await _of_few(deployment, few)
        told = await asyncio.gather(
            *(_told(deployment, key, made[key], verdicts.get(key, {})) for key in some)
        )
        for each in told:
            found |= each
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


def _of_all(deployment: Deployment, key: AssetKey, cells: Sequence[str | None]) -> Verdicts:
    staleness = deployment.staleness
    verdicts = {partition: staleness.verdict(key, partition) for partition in cells}
    return {
        partition: (stale, (deployment.stale_reason(key, partition) or "") if stale else "")
        for partition, stale in verdicts.items()
        if stale is not None
    }


async def _of_few(
    deployment: Deployment, cells: Mapping[AssetKey, Sequence[str | None]]
) -> dict[AssetKey, Verdicts]:
    parted = {key: keys for key in cells if (keys := deployment.keys.get(key)) is not None}
    wanted = {
        key: [keys.positions[name] for name in cells[key] if name in keys.positions]
        for key, keys in parted.items()
        if cells[key]
    }
    judged = await deployment.staleness.judge_few(wanted) if wanted else {}
    return {
        key: {parted[key].keys[at]: verdict for at, verdict in verdicts.items()}
        for key, verdicts in judged.items()
    }


async def _told(
    deployment: Deployment, key: AssetKey, cells: Sequence[str | None], verdicts: Verdicts
) -> dict[CellId, str]:
    """The stale ones; of what has no verdict, by the server's."""
    found: dict[CellId, str] = {
        (key, partition): why for partition, (stale, why) in verdicts.items() if stale
    }
    return found | await _ask(deployment, key, [name for name in cells if name not in verdicts])


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
