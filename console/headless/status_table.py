"""The table of `dagdeck status`: a line for each asset, as wide as the terminal at most."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from console.domain.assets.keys import short_name, shown_key
from console.domain.freshness.policy import FreshnessVerdict
from console.domain.freshness.urgency import urgency
from console.domain.status.states import State
from console.domain.text import cells, padded, right_aligned
from console.domain.times import age
from console.store.needs import judged_cells

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from console.domain.assets.keys import AssetKey
    from console.store.deployment import Deployment

HEADS = ("asset", "total", "materialized", "failed", "stale", "missing", "running", "freshness")
SHORT_HEADS = ("asset", "total", "made", "fail", "stale", "miss", "run", "fresh")
LAST_HEAD = "age"
NARROWEST_NAME = 12
Line = tuple[str, ...]


def terminal_width() -> int | None:
    """The width of the terminal that stdout is; None where it is a file or a pipe."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def table(
    deployment: Deployment,
    keys: Sequence[AssetKey],
    unknown: Collection[AssetKey],
    now: float,
    width: int | None,
    *,
    runs: bool = True,
) -> list[str]:
    """Of the assets `unknown` it isn't known what is stale, without `runs` what is running.

    `width` is in cells.
    """
    lines = [_cells(deployment, key, now, stale=key not in unknown, runs=runs) for key in keys]
    return laid_out(lines, keys, width)


def laid_out(lines: Sequence[Line], keys: Sequence[AssetKey], width: int | None) -> list[str]:
    """The heads and the lines: where `width` is too small, heads get shorter, then names."""
    heads = (*HEADS, LAST_HEAD)
    if width is not None and sum(_widths([heads, *lines])) + 2 * len(HEADS) > width:
        heads = (*SHORT_HEADS, LAST_HEAD)
    widths = _widths([heads, *lines])
    if width is not None:
        room = width - sum(widths[1:]) - 2 * len(HEADS)
        widths[0] = min(widths[0], max(room, NARROWEST_NAME))
    names = [heads[0], *(_name(key, widths[0]) for key in keys)]
    told = []
    for name, (_, *rest) in zip(names, [heads, *lines], strict=True):
        numbers = (right_aligned(text, w) for text, w in zip(rest, widths[1:], strict=True))
        told.append("  ".join([padded(name, widths[0]), *numbers]).rstrip())
    return told


def _widths(lines: Sequence[Line]) -> list[int]:
    return [max(cells(line[at]) for line in lines) for at in range(len(lines[0]))]


def _name(key: AssetKey, width: int) -> str:
    whole = shown_key(key)
    return whole if cells(whole) <= width else short_name(key, width)


def _cells(deployment: Deployment, key: AssetKey, now: float, *, stale: bool, runs: bool) -> Line:
    row = deployment.rows.get(key)
    if row is None:
        return shown_key(key), *("?" for _ in HEADS[1:]), "not read"
    latest = deployment.statuses[key].latest.materialized
    verdict = urgency(deployment.graph, deployment.statuses, key, now).verdict
    counts = (
        row.total,
        row.count(State.MATERIALIZED),
        row.count(State.FAILED),
        row.count(State.STALE) if stale else "?",
        judged_cells(deployment, key, now).cells.count(State.MISSING),
        row.count(State.RUNNING) + row.count(State.QUEUED) if runs else "?",
    )
    word = "–" if verdict is FreshnessVerdict.NOT_APPLICABLE else verdict.value
    old = age(now - latest) if latest else "never"
    return shown_key(key), *(str(count) for count in counts), word, old
