"""The texts of the map's boxes: an asset's state, all states of a folded group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import set_cell_size

from console.domain.asset_map.groups import Group
from console.domain.assets.keys import short_name, shown_key
from console.domain.text import cells, cut, one_line
from console.widgets.common.styled_text import StyledLine, StyledText

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from console.domain.asset_map.neighbourhood import Node
    from console.domain.assets.keys import AssetKey
    from console.widgets.asset_map.asset_map import Face
    from console.widgets.common.asset_words import AssetWords


@dataclass(frozen=True, slots=True)
class BoxLabels:
    """`ambiguous` are the names of groups that several code locations have."""

    words: AssetWords
    members: Mapping[Group, Sequence[AssetKey]]
    ambiguous: Collection[str] = ()

    def name(self, node: Node) -> str:
        """The name that a box should have room for."""
        if isinstance(node, Group):
            return f"{self._group(node)}  {len(self.members.get(node, ()))}"
        return shown_key(node) if isinstance(node, tuple) else ""

    def face(self, node: Node, width: int) -> Face:
        if isinstance(node, Group):
            return self._group_face(node, width)
        return self._asset_face(node, width) if isinstance(node, tuple) else ([], [])

    def _asset_face(self, key: AssetKey, width: int) -> Face:
        more = "~" if self.words.ascii_only else "…"
        name = short_name(key, width, more)[:width]
        state = _two_sided(self.words.state(key), self.words.lateness(key), width)
        return [(set_cell_size(name, width), "text")], state

    def _group_face(self, group: Group, width: int) -> Face:
        keys = self.members.get(group, ())
        count = str(len(keys))
        room = width - len(count) - 1
        name = set_cell_size(cut(self._group(group), room), room)
        late = sum(self.words.is_late(key) for key in keys)
        mark = self.words.deployment.reading.states(keys).mark
        sign = "~" if mark and self.words.ascii_only else mark
        end = (f"{late} late{sign}", "bad") if late else None
        state = _two_sided(self.words.state_of_all(keys), end, width)
        return [(name, "text"), (f" {count}", "dim")], state

    def _group(self, group: Group) -> str:
        sign = ">" if self.words.ascii_only else "▸"
        place = f" @{group.location}" if group.name in self.ambiguous else ""
        return one_line(f"{sign} {group.name}{place}")


def _two_sided(parts: Sequence[StyledText], end: StyledText | None, width: int) -> StyledLine:
    room = width - (len(end[0]) + 1 if end else 0)
    shown = _fitting(parts, room)
    used = sum(cells(text) for text, _ in shown)
    return [*shown, (" " * (width - used - len(end[0])), "dim"), end] if end else shown


def _fitting(parts: Sequence[StyledText], width: int) -> StyledLine:
    """As many parts as have room, a blank between them; the first shrinks to its sign."""
    shown: StyledLine = []
    used = 0
    for text, colour in parts:
        space = " " if shown else ""
        if used + len(space) + cells(text) > width:
            break
        shown.append((space + text, colour))
        used += len(space) + cells(text)
    return shown or [(text[:1], colour) for text, colour in parts[:1]]
