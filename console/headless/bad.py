"""`dagdeck status --bad`: what needs somebody, asset by asset, as ranges of partitions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from console.domain.status.bad import bad_text
from console.headless.running import say
from console.store.grid.checks import Checks
from console.store.needs import Needs, read_needs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.status.bad import Bad
    from console.store.deployment import Deployment
    from console.store.overview.overview import Overview


async def read_bad(
    deployment: Deployment, overview: Overview, keys: Sequence[AssetKey]
) -> list[Bad]:
    """One for each of `keys`, whether it needs somebody or not. Says what could not be read."""
    checks = Checks(deployment)
    await read_needs(deployment, checks, keys, say)
    return Needs(deployment, checks, overview).of(keys)


def print_bad(found: Sequence[Bad], *, as_object: bool) -> None:
    if as_object:
        print(json.dumps({"assets": [_as_json(one) for one in found if one.needs_somebody]}))
    else:
        print(bad_text(found))


def _as_json(one: Bad) -> dict[str, Any]:
    return {
        "key": list(one.key),
        "late": one.late,
        "bad": {
            state.word: {"count": count, "partitions": text}
            for state, (count, text) in one.partitions.items()
        },
        "failed_checks": None if one.checks is None else list(one.checks),
        "not_begun": one.not_begun,
        "not_due": one.not_due,
        "cause": one.cause,
        "problem": one.problem or None,
    }
