"""How a backfill goes on is drawn: in all, and a line for each of its assets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.assets.keys import key_text
from console.domain.text import cut, one_line
from console.widgets.common.styled_text import StyledLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.assets.keys import AssetKey
    from console.store.runs.backfill_watch import BackfillWatch

NUMBER = 12


def progress(watch: BackfillWatch) -> StyledLine:
    """`backfill X requested   3 of 8 done · 1 running · 0 failed`."""
    found = watch.backfill
    if found is None:
        return [(f" backfill {watch.id}   reading …", "run")]
    colour = "run"
    if found.finished:
        colour = "good" if found.succeeded else "bad"
    word = found.status.lower().replace("_", " ")
    counts = f"{found.done} of {found.targeted} done" if found.counts else "starting"
    return [
        (f" backfill {watch.id} {word}   ", colour),
        (counts, "text"),
        (f" · {found.running} running", "run" if found.running else "dim"),
        (f" · {found.failed} failed", "bad" if found.failed else "dim"),
    ]


def backfill_head(watch: BackfillWatch, width: int) -> list[StyledLine]:
    """The title and the targets of a backfill that was launched elsewhere."""
    found = watch.backfill
    title = one_line(found.title) if found and found.title else "–"
    assets = ", ".join(one_line(key_text(key)) for key in found.assets) if found else "reading …"
    return [
        [(" backfill    ", "dim"), (watch.id, "text")],
        [(" title       ", "dim"), (cut(title, width - 14), "text")],
        [(" assets      ", "dim"), (cut(assets, width - 14), "text")],
    ]


def asset_progress(watch: BackfillWatch) -> Sequence[tuple[AssetKey, tuple[int, int, int, int]]]:
    """Its assets, each with how many cells are targeted, running, done and failed."""
    found = watch.backfill
    return tuple(found.counts.items()) if found else ()


def asset_progress_line(
    asset: AssetKey, counts: tuple[int, int, int, int], width: int
) -> StyledLine:
    targeted, running, done, failed = counts
    room = max(width - 3 * NUMBER - 4, 10)
    return [
        (f" {cut(one_line(key_text(asset)), room - 2)}".ljust(room), "text"),
        (f"{done} of {targeted} done".rjust(NUMBER + 4), "good" if done == targeted else "text"),
        (f"{running} running".rjust(NUMBER), "run" if running else "dim"),
        (f"{failed} failed".rjust(NUMBER - 1), "bad" if failed else "dim"),
    ]
