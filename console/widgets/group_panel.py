"""All that is known of a group of assets, in lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.keys import key_text
from console.domain.text import cut, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.groups import Group
    from console.domain.keys import AssetKey
    from console.widgets.asset_words import AssetWords
    from console.widgets.pane import Part


def group_lines(
    words: AssetWords, group: Group, keys: Sequence[AssetKey], width: int
) -> list[list[Part]]:
    """The group, then its assets, those first that need somebody most."""
    where = f" of {one_line(group.location)}" if group.location else ""
    count = f"{len(keys)} asset{'s' * (len(keys) != 1)}{where}"
    name = max((len(one_line(key_text(key))) for key in keys), default=0)
    room = min(name, max(width // 2, 16))
    return [
        [(f" {cut(group.name, width - 2)}", "text")],
        [(" ", "text"), *_spaced(words.state_of_all(keys))],
        [(f" {cut(count, width - 2)}", "dim")],
        [],
        *(_asset_line(words, key, room) for key in sorted(keys, key=lambda k: _rank(words, k))),
    ]


def _rank(words: AssetWords, key: AssetKey) -> tuple[bool, int]:
    row = words.deployment.rows.get(key)
    return not words.is_late(key), -(row.bad if row else 0)


def _asset_line(words: AssetWords, key: AssetKey, room: int) -> list[Part]:
    late = words.lateness(key)
    end = [("  ", "text"), late] if late else []
    name = cut(key_text(key), room)
    return [(f" {name.ljust(room)}  ", "text"), *_spaced(words.state(key)), *end]


def _spaced(parts: Sequence[Part]) -> list[Part]:
    return [one for part in parts for one in (part, (" ", "text"))][:-1]
