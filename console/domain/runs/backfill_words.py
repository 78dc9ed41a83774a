"""A backfill in words: what it is for, how far it is, and which of its cells aren't done."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from console.domain.assets.keys import shown_key
from console.domain.partitions.keys import ranges_text
from console.domain.text import one_line
from console.domain.times import duration, past_moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.keys import PartitionKeys
    from console.domain.runs.backfill_cells import CellsOfAsset
    from console.domain.runs.run import Backfill, Run


def assets_text(keys: Sequence[AssetKey]) -> str:
    """`dlt_glucose_entries +4`."""
    if not keys:
        return "–"
    return shown_key(keys[0]) + (f" +{len(keys) - 1}" if keys[1:] else "")


def took_text(found: Backfill, now: float) -> str:
    """How long it took or has taken so far; `–` where that isn't known."""
    ended = found.ended or (None if found.finished else now)
    return duration(ended - found.created) if ended else "–"


def facts_of(found: Backfill, runs: Sequence[Run], now: float) -> dict[str, str]:
    """What is known of it besides its cells, by name; what isn't known is left out."""
    facts = {
        "backfill": f"{found.id}  {found.word}",
        "title": one_line(found.title),
        "by": one_line(found.by),
        "reason": one_line(found.reason),
        "created": f"{past_moment(found.created, now)}, took {took_text(found, now)}",
        "error": one_line(found.error or ""),
        "runs": _runs_text(runs),
        "note": _note(found, runs),
    }
    return {name: text for name, text in facts.items() if text}


def _note(found: Backfill, runs: Sequence[Run]) -> str:
    """Why Dagster calls it failed though no run of it is; empty where that isn't so."""
    if not found.finished or found.succeeded or found.status == "CANCELED":
        return ""
    if not runs:
        return "it failed before it launched a run"
    if not all(run.status.succeeded for run in runs):
        return ""
    return (
        "Dagster calls it failed though each of its runs succeeded: a run that records no "
        "materialization for a partition that it was to make leaves that partition undone"
    )


def _runs_text(runs: Sequence[Run]) -> str:
    words = sorted(run.status.word for run in runs)
    counts = ", ".join(f"{len(list(same))} {word}" for word, same in groupby(words))
    return f"{len(runs)}: {counts}" if runs else "none was started"


def cells_lines(
    cells: Mapping[AssetKey, CellsOfAsset], keys: Mapping[AssetKey, PartitionKeys | None]
) -> list[str]:
    """A line for each asset, and below it one for each stretch of partitions that isn't done."""
    lines = []
    for asset, found in cells.items():
        lines.append(f"{shown_key(asset)}  {len(found.done)} of {len(found.targeted)} done")
        for places, why in stretches(found):
            own = keys.get(asset)
            named = "not partitioned" if own is None else ranges_text(places, own.keys)
            lines.append(f"  {named}  {why}")
    return lines


def stretches(found: CellsOfAsset) -> list[tuple[list[int], str]]:
    """The places that aren't done, by what became of them."""
    why = {at: f"{run.status.word} in run {run.short_id}" for at, run in found.not_done.items()}
    why |= dict.fromkeys(found.going_on, "queued or running")
    why |= dict.fromkeys(found.never_started, "never started")
    told = sorted(why, key=lambda at: (why[at], at))
    return [(list(places), words) for words, places in groupby(told, key=why.__getitem__)]
