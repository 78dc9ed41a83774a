"""All that is known of a group of assets, in lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.assets.keys import shown_key
from console.domain.text import cells, cut, one_line, padded
from console.widgets.common.styled_text import StyledLine, StyledText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.asset_map.groups import Group
    from console.domain.assets.keys import AssetKey
    from console.widgets.common.asset_words import AssetWords


def group_lines(
    words: AssetWords, group: Group, keys: Sequence[AssetKey], width: int
) -> list[StyledLine]:
    """The group, then its assets, those first that need somebody most."""
    where = f" of {one_line(group.location)}" if group.location else ""
    count = f"{len(keys)} asset{'s' * (len(keys) != 1)}{where}"
    name = max((cells(shown_key(key)) for key in keys), default=0)
    room = min(name, max(width // 2, 16))
    return [
        [(f" {cut(group.name, width - 2)}", "text")],
        [(" ", "text"), *_spaced(words.state_of_all(keys))],
        [(f" {cut(count, width - 2)}", "dim")],
        [],
        *(_asset_line(words, key, room) for key in sorted(keys, key=lambda k: _rank(words, k))),
    ]


def _rank(words: AssetWords, key: AssetKey) -> tuple[bool, int]:
    bad = words.needy(key) if key in words.deployment.rows else 0
    return not words.is_late(key), -bad


def _asset_line(words: AssetWords, key: AssetKey, room: int) -> StyledLine:
    late = words.lateness(key)
    end = [("  ", "text"), late] if late else []
    name = cut(shown_key(key), room)
    return [(f" {padded(name, room)}  ", "text"), *_spaced(words.state(key)), *end]


def _spaced(parts: Sequence[StyledText]) -> StyledLine:
    return [one for part in parts for one in (part, (" ", "text"))][:-1]
