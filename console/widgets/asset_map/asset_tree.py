"""The tree of an asset: itself, what it is made from, what is made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.domain.asset_map.tree import Tree, downstream_tree, upstream_tree
from console.domain.assets.keys import shown_key
from console.domain.text import cells, cut
from console.widgets.common.line_list import LineList
from console.widgets.common.static_lines import two_sided
from console.widgets.common.styled_text import StyledLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.domain.assets.graph import AssetGraph
    from console.domain.assets.keys import AssetKey
    from console.widgets.common.asset_words import AssetWords

MOST_GUIDES = 12
"""Deeper levels are told by number."""


@dataclass(frozen=True, slots=True)
class TreeRow:
    """A line; `key` is None for a heading. `last` as in TreeLine, empty for the asset itself."""

    key: AssetKey | None
    text: str = ""
    last: tuple[bool, ...] = ()
    repeated: bool = False


class AssetTree(LineList):
    """Shows both trees of `centre`; `words` tells what the assets are like now."""

    def __init__(self, words: Callable[[], AssetWords]) -> None:
        super().__init__(self._draw_row)
        self._words = words
        self._rows: list[TreeRow] = []
        self._drawn: dict[int, StyledLine] = {}

    @property
    def key(self) -> AssetKey | None:
        """The asset that the cursor is on; None on a heading."""
        return self._rows[self.cursor].key if self._rows else None

    def show(self, graph: AssetGraph, centre: AssetKey, cursor: object = None) -> None:
        """The trees of `centre`; lines that say the same as before aren't drawn again."""
        rows = tree_rows(graph, centre)
        cursor = cursor or self.key
        if rows == self._rows:
            self.update_rows()
        else:
            self._rows, self._drawn = rows, {}
            self.set_count(len(rows), keep=False)
        if cursor is not None:
            self.move_to(next((at for at, row in enumerate(rows) if row.key == cursor), 0))

    def update_rows(self) -> None:
        """Draw again the lines in sight that say something else now."""
        words, width = self._words(), self.size.width
        seen = range(self.top, self.top + self.size.height)
        self._drawn = {index: line for index, line in self._drawn.items() if index in seen}
        changed = (
            index
            for index, line in self._drawn.items()
            if row_line(self._rows[index], words, width) != line
        )
        self.refresh_lines_at(*list(changed))

    def to_parent(self) -> None:
        """Move to the parent of the cursor's line."""
        depth = len(self._rows[self.cursor].last) if self._rows else 0
        above = (at for at in range(self.cursor, 0, -1) if len(self._rows[at].last) < depth)
        self.move_to(next(above, 0))

    def _draw_row(self, index: int, width: int) -> StyledLine:
        line = row_line(self._rows[index], self._words(), width)
        self._drawn[index] = line
        return line


def tree_rows(graph: AssetGraph, centre: AssetKey) -> list[TreeRow]:
    """The asset, then both trees."""
    return [
        TreeRow(centre),
        *_section("made from", upstream_tree(graph, centre)),
        *_section("goes into", downstream_tree(graph, centre)),
    ]


def row_line(row: TreeRow, words: AssetWords, width: int) -> StyledLine:
    """A line of `width`, the state at its end."""
    if row.key is None:
        return [(f" {row.text}", "dim")]
    guides = _guides(row.last, ascii_only=words.ascii_only)
    again = ("  ^ above" if words.ascii_only else "  ↑ above") if row.repeated else ""
    late = words.lateness(row.key)
    state = [one for part in words.state(row.key) for one in (part, (" ", "text"))]
    end = [*([late, ("  ", "text")] if late else []), *state]
    used = sum(cells(text) for text, _ in end) + len(guides) + len(again) + 3
    name = cut(shown_key(row.key), max(width - used, 12))
    return two_sided(
        [(f" {guides}", "dim"), (name, "dim" if row.repeated else "text"), (again, "dim")],
        end,
        width,
    )


def _section(heading: str, tree: Tree) -> list[TreeRow]:
    if not tree.lines:
        return [TreeRow(None, f"{heading} nothing here")]
    more = [TreeRow(None, f"and {tree.more} assets more")] if tree.more else []
    lines = [TreeRow(line.key, "", line.last, line.repeated) for line in tree.lines]
    return [TreeRow(None, heading), *lines, *more]


def _guides(last: tuple[bool, ...], *, ascii_only: bool) -> str:
    if not last:
        return ""
    through, bend, end = ("|  ", "|- ", "`- ") if ascii_only else ("│  ", "├─ ", "└─ ")
    above, here = last[:-1], last[-1]
    deep = f"+{len(above) - MOST_GUIDES} " if len(above) > MOST_GUIDES else ""
    bars = "".join("   " if ended else through for ended in above[-MOST_GUIDES:])
    return f"{deep}{bars}{end if here else bend}"
