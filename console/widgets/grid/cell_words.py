"""Several cells at once in three lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.assets.keys import shown_key
from console.domain.grid.selection import joined_ranges
from console.domain.status.states import BAD, LOOKS, State
from console.domain.text import one_line
from console.widgets.common.styled_text import StyledLine
from console.widgets.common.styles import glyph

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from console.domain.grid.grid import Heading
    from console.domain.grid.row import GridRow
    from console.domain.grid.selection import Cells

WORST_FIRST = (
    State.FAILED,
    State.MISSING,
    State.STALE,
    State.UNKNOWN,
    State.QUEUED,
    State.RUNNING,
    State.MATERIALIZED,
)


def cells_lines(cells: Cells, label: str, *, ascii_only: bool) -> list[StyledLine]:
    """One cell that holds several partitions: how many are done, and which are not."""
    row = cells.rows[0]
    name = shown_key(row.asset) + (f" · {row.secondary}" if row.secondary else "")
    where = f" {one_line(name)} · {one_line(label)}"
    worst = next((state for state in WORST_FIRST if cells.counts[state]), State.OUTSIDE)
    look = f"   {glyph(worst, ascii_only=ascii_only)} {worst.word}"
    return [
        [(where, "text"), (look, LOOKS[worst].style)],
        [(" ", "dim"), *share(cells.counts)],
        [(f" {worst.word}: {one_line(joined_ranges(cells.only(frozenset({worst}))))}", "dim")]
        if worst in BAD
        else [],
    ]


def heading_lines(
    heading: Heading, members: Sequence[GridRow], column: int, label: str | None
) -> list[StyledLine]:
    """A column of a folded group."""
    bad = [
        shown_key(row.asset) for row in members if row.bad_columns[column : column + 1] == b"\x01"
    ]
    where = f" {one_line(heading.group)} · {one_line(label or '')}".rstrip(" ·")
    what = f"bad here: {', '.join(bad)}" if bad else "nothing bad here"
    return [
        [
            (where, "text"),
            (
                f"   {_count(heading.assets, 'asset')}, {_count(heading.bad, 'bad partition')}",
                "dim",
            ),
        ],
        [(f" {one_line(what)}", "text" if bad else "dim")],
        [(" f or enter shows its assets", "dim")],
    ]


def selection_lines(cells: Cells) -> list[StyledLine]:
    """The selected cells, and the actions on them."""
    return [
        [
            (
                f" {_count(len(cells.rows), 'line')} × {_count(len(cells.columns), 'column')} selected: ",
                "text",
            ),
            *share(cells.counts),
        ],
        [(f" {one_line(joined_ranges(cells))}", "dim")],
        [(" b plan them   R plan the failed ones   y copy as text   v or esc give it up", "dim")],
    ]


def share(counts: Counter[State]) -> StyledLine:
    """`22 of 30 done (73 %)  3 failed  5 missing`; what is stale isn't done."""
    total, done = sum(counts.values()), counts[State.MATERIALIZED]
    if not total:
        return [("no partitions", "dim")]
    percent = 100 * done // total
    parts = [(f"{done} of {total} done ({percent} %)", "text")]
    for state in WORST_FIRST[:-1]:
        if counts[state]:
            parts.append((f"  {counts[state]} {state.word}", LOOKS[state].style))
    return parts


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
