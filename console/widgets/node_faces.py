"""What the boxes of the map say: of an asset its state, of a folded group all its states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import set_cell_size

from console.domain.groups import Group
from console.domain.keys import key_text, short_name
from console.domain.text import cut, one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from console.domain.keys import AssetKey
    from console.domain.neighbourhood import Node
    from console.widgets.asset_map import Face, Stretch
    from console.widgets.asset_words import AssetWords


@dataclass(frozen=True, slots=True)
class NodeFaces:
    """`ambiguous` are the names of groups that several code locations have."""

    words: AssetWords
    members: Mapping[Group, Sequence[AssetKey]]
    ambiguous: Collection[str] = ()

    def name(self, node: Node) -> str:
        """What a box should have room for."""
        if isinstance(node, Group):
            return f"{self._group(node)}  {len(self.members.get(node, ()))}"
        return key_text(node) if isinstance(node, tuple) else ""

    def face(self, node: Node, width: int) -> Face:
        if isinstance(node, Group):
            return self._group_face(node, width)
        return self._asset_face(node, width) if isinstance(node, tuple) else ([], [])

    def _asset_face(self, key: AssetKey, width: int) -> Face:
        more = "~" if self.words.ascii_only else "…"
        name = one_line(short_name(key, width, more))[:width]
        state = _two_sided(self.words.state(key), self.words.lateness(key), width)
        return [(set_cell_size(name, width), "text")], state

    def _group_face(self, group: Group, width: int) -> Face:
        keys = self.members.get(group, ())
        count = str(len(keys))
        room = width - len(count) - 1
        name = set_cell_size(cut(self._group(group), room), room)
        late = sum(self.words.is_late(key) for key in keys)
        end = (f"{late} late", "bad") if late else None
        state = _two_sided(self.words.state_of_all(keys), end, width)
        return [(name, "text"), (f" {count}", "dim")], state

    def _group(self, group: Group) -> str:
        sign = ">" if self.words.ascii_only else "▸"
        place = f" @{group.location}" if group.name in self.ambiguous else ""
        return one_line(f"{sign} {group.name}{place}")


def _two_sided(parts: Sequence[Stretch], end: Stretch | None, width: int) -> list[Stretch]:
    room = width - (len(end[0]) + 1 if end else 0)
    shown = _fitting(parts, room)
    used = sum(len(text) for text, _ in shown)
    return [*shown, (" " * (width - used - len(end[0])), "dim"), end] if end else shown


def _fitting(parts: Sequence[Stretch], width: int) -> list[Stretch]:
    """As many of the parts, a blank between them, as there is room for; the first by its sign."""
    shown: list[Stretch] = []
    used = 0
    for text, colour in parts:
        space = " " if shown else ""
        if used + len(space) + len(text) > width:
            break
        shown.append((space + text, colour))
        used += len(space) + len(text)
    return shown or [(text[:1], colour) for text, colour in parts[:1]]
