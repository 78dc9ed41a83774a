"""The texts about a backfill: what it is for, how far it is, which of its cells aren't done."""

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


def took_text(backfill: Backfill, now: float) -> str:
    """The time it took, or has taken so far; `–` where that isn't known."""
    ended = backfill.ended or (None if backfill.finished else now)
    return duration(ended - backfill.created) if ended else "–"


def facts_of(backfill: Backfill, runs: Sequence[Run], now: float) -> dict[str, str]:
    """The known facts about it besides its cells, by name."""
    facts = {
        "backfill": f"{backfill.id}  {backfill.word}",
        "title": one_line(backfill.title),
        "by": one_line(backfill.by),
        "reason": one_line(backfill.reason),
        "created": f"{past_moment(backfill.created, now)}, took {took_text(backfill, now)}",
        "error": one_line(backfill.error or ""),
        "runs": _runs_text(runs),
        "note": _note(backfill, runs),
    }
    return {name: text for name, text in facts.items() if text}


def _note(backfill: Backfill, runs: Sequence[Run]) -> str:
    """The reason why Dagster calls it failed though none of its runs failed; empty otherwise."""
    if not backfill.finished or backfill.succeeded or backfill.status == "CANCELED":
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
    """A line for each asset, and below it a line for each stretch of partitions not done."""
    lines = []
    for asset, asset_cells in cells.items():
        lines.append(
            f"{shown_key(asset)}  {len(asset_cells.done)} of {len(asset_cells.targeted)} done"
        )
        for positions, outcome in stretches(asset_cells):
            asset_keys = keys.get(asset)
            named = (
                "not partitioned" if asset_keys is None else ranges_text(positions, asset_keys.keys)
            )
            lines.append(f"  {named}  {outcome}")
    return lines


def stretches(cells: CellsOfAsset) -> list[tuple[list[int], str]]:
    """The positions that aren't done, with the outcome they share."""
    outcomes = {
        position: f"{run.status.word} in run {run.short_id}"
        for position, run in cells.not_done.items()
    }
    outcomes |= dict.fromkeys(cells.going_on, "queued or running")
    outcomes |= dict.fromkeys(cells.never_started, "never started")
    ordered = sorted(outcomes, key=lambda position: (outcomes[position], position))
    return [
        (list(same_outcome), words)
        for words, same_outcome in groupby(ordered, key=outcomes.__getitem__)
    ]
