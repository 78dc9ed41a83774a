"""The console's verdicts beside the server's, for every cell of a deployment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.api.queries import key_input
from console.domain.status.states import State

if TYPE_CHECKING:
    from console.store.deployment import Deployment
    from tests.staleness.server import InProcess

OF_EACH = (
    "query Each($key: AssetKeyInput!) { assetNodes(assetKeys: [$key]) { staleStatusByPartition } }"
)
OF_WHOLE = "query Whole($key: AssetKeyInput!) { assetNodes(assetKeys: [$key]) { staleStatus } }"


@dataclass(frozen=True)
class Comparison:
    cells: int
    asked: int
    stale: int
    differing: list[str]


async def compare(client: InProcess, deployment: Deployment) -> Comparison:
    """Each materialized cell; what the console hasn't judged counts as differing."""
    cells = stale = 0
    differing = []
    for key in deployment.graph.order:
        row, keys = deployment.rows[key], deployment.keys[key]
        names = keys.keys if keys else (None,)
        theirs = await servers_verdicts(client, key, keys is not None)
        for at, (name, verdict) in enumerate(zip(names, theirs, strict=True)):
            if row.states[at] not in (State.MATERIALIZED, State.STALE):
                continue
            cells += 1
            stale += verdict == "STALE"
            if (row.states[at] == State.STALE) != (verdict == "STALE"):
                why = deployment.stale_reason(key, name)
                differing.append(f"{key} {name}: the server says {verdict}, we {why or 'fresh'}")
    return Comparison(cells, deployment.staleness.asked, stale, differing)


async def few_differing(deployment: Deployment) -> list[str]:
    """Where judging every third cell alone says something else than judging all of them."""
    wanted = {
        key: range(0, len(keys), 3)
        for key in deployment.graph.order
        if (keys := deployment.keys[key]) and deployment.graph[key].materializable
    }
    found = await deployment.staleness.judge_few(wanted)
    return [
        f"{key} {name}: {stale} alone, {among} among all"
        for key, verdicts in found.items()
        for at, (stale, _) in verdicts.items()
        if (keys := deployment.keys[key])
        and stale != (among := deployment.staleness.verdict(key, name := keys.keys[at]))
    ]


async def servers_verdicts(client: InProcess, key: tuple[str, ...], partitioned: bool) -> list[str]:
    data = await client.ask_text(OF_EACH if partitioned else OF_WHOLE, {"key": key_input(key)})
    node = data["assetNodes"][0]
    return list(node["staleStatusByPartition"]) if partitioned else [node["staleStatus"]]
