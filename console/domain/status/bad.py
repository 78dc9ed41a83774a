"""The needs of each asset, and their text: the asset's name, then a line for each problem."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.domain.assets.keys import shown_key
from console.domain.text import cut

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.status.states import State

CAUSE_CELLS = 200
"""The width in cells to which causes are cut."""


@dataclass(frozen=True, slots=True)
class Bad:
    """The needs of one asset; `partitions` is empty when all are fine."""

    key: AssetKey
    partitions: Mapping[State, tuple[int, str | None]] = field(default_factory=dict)
    """The number of partitions in each bad state, and their keys as text."""
    named: tuple[str, ...] = ()
    """The keys of all partitions in a bad state."""
    not_begun: int = 0
    not_due: int = 0
    checks: tuple[str, ...] | None = ()
    """The names of its failed checks; None where they could not be read."""
    late: bool = False
    cause: str | None = None
    """The cause of its last failure within the last 24 hours; None where it isn't known."""
    problem: str = ""
    """The reason why its partitions could not be read."""

    @property
    def needs_somebody(self) -> bool:
        return bool(self.partitions or self.checks or self.late or self.problem)


def bad_lines(asset_needs: Bad) -> list[str]:
    """The asset's name, then a line for each problem."""
    late = "  late" if asset_needs.late else ""
    lines = [
        f"  {state.word:8} {count:5}  {text or ''}".rstrip()
        for state, (count, text) in asset_needs.partitions.items()
    ]
    if asset_needs.checks:
        lines.append(f"  checks   {len(asset_needs.checks):5}  {', '.join(asset_needs.checks)}")
    if asset_needs.cause:
        lines.append(f"  because         {cut(asset_needs.cause, CAUSE_CELLS)}")
    if asset_needs.problem:
        lines.append(f"  not read        {cut(asset_needs.problem, CAUSE_CELLS)}")
    return [f"{shown_key(asset_needs.key)}{late}", *lines]


def bad_text(needs: Sequence[Bad]) -> str:
    """The assets that need somebody, separated by empty lines, and the sum as the last line."""
    sections = [
        "\n".join(bad_lines(asset_needs)) for asset_needs in needs if asset_needs.needs_somebody
    ]
    return "\n\n".join([*sections, bad_sum(needs)])


def bad_sum(needs: Sequence[Bad]) -> str:
    """One line with the number of assets, of bad cells by state, and of cells that need nobody yet."""
    needing = [asset_needs for asset_needs in needs if asset_needs.needs_somebody]
    size = f"{len(needs)} asset{'' if len(needs) == 1 else 's'}"
    states: dict[str, int] = {}
    for asset_needs in needing:
        for state, (count, _) in asset_needs.partitions.items():
            states[state.word] = states.get(state.word, 0) + count
    parts = [f"{count} {word}" for word, count in states.items()]
    head = f"{len(needing)} of {size} need somebody" if needing else f"nothing is bad in {size}"
    left_out = (
        (sum(asset_needs.not_begun for asset_needs in needs), "not begun"),
        (sum(asset_needs.not_due for asset_needs in needs), "not due"),
    )
    left_out_texts = [f"{count} {word}" for count, word in left_out if count]
    return " · ".join([head, *parts, *left_out_texts])
