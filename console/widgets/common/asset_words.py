"""An asset's state in a few words, the same in its box, its panel and the list of urgency."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.domain.freshness.policy import FreshnessVerdict
from console.domain.freshness.urgency import LateCause, blame_words, due_words, urgency
from console.domain.status.needs import needy
from console.domain.status.states import LOOKS, State
from console.domain.times import age, moment
from console.store.needs import judged_cells
from console.widgets.common.styled_text import StyledLine, StyledText
from console.widgets.common.styles import glyph

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from console.domain.assets.graph import Asset
    from console.domain.assets.keys import AssetKey
    from console.domain.checks import FailedChecks
    from console.domain.freshness.urgency import Urgency
    from console.store.deployment import Deployment

COUNTED = (
    State.FAILED,
    State.RUNNING,
    State.QUEUED,
    State.STALE,
    State.UNKNOWN,
    State.MATERIALIZED,
    State.MISSING,
)
NOT_BEGUN = "not begun"
VERDICT_COLOURS = {
    FreshnessVerdict.DEGRADED: "bad",
    FreshnessVerdict.WARNING: "warn",
    FreshnessVerdict.HEALTHY: "good",
    FreshnessVerdict.UNKNOWN: "dim",
    FreshnessVerdict.NOT_APPLICABLE: "dim",
}
VERDICT_WORDS = {
    FreshnessVerdict.DEGRADED: "late",
    FreshnessVerdict.WARNING: "warning",
    FreshnessVerdict.HEALTHY: "fresh",
    FreshnessVerdict.UNKNOWN: "unknown",
    FreshnessVerdict.NOT_APPLICABLE: "no policy",
}


@dataclass(frozen=True, slots=True)
class AssetWords:
    """Reads what the deployment knows at the moment `now`, epoch seconds UTC."""

    deployment: Deployment
    now: float
    ascii_only: bool = False
    failing: Mapping[AssetKey, FailedChecks] = field(default_factory=dict)
    """The assets of which checks fail."""

    def state(self, key: AssetKey) -> StyledLine:
        """`! 2 ✗ 1 ■ 399 · 3`: failed checks, then cells; a word for one without partitions."""
        return [*self._failed_checks([key]), *self._marked(self._cells(key), [key])]

    def _marked(self, cells: StyledLine, keys: Iterable[AssetKey]) -> StyledLine:
        """The words with the mark of half-read behind the last where they may change."""
        mark = self.deployment.reading.mark(*keys)
        if not mark or not cells or self._says_nothing(cells):
            return cells
        text, colour = cells[-1]
        return [*cells[:-1], (f"{text}{'~' if self.ascii_only else mark}", colour)]

    @staticmethod
    def _says_nothing(cells: StyledLine) -> bool:
        return cells[0][0][0] in "?!"

    def _failed_checks(self, keys: Iterable[AssetKey]) -> StyledLine:
        """The number of partitions with failed checks, or of failed checks that name none."""
        found = (self.failing[key] for key in keys if key in self.failing)
        count = sum(len(one.partitions) + len(one.whole) for one in found)
        return [(f"! {count}", "bad")] if count else []

    def _cells(self, key: AssetKey) -> StyledLine:
        asset = self.deployment.graph[key]
        row = self.deployment.rows.get(key)
        if self._location_failed(asset):
            return [("! code location failed", "bad")]
        if not asset.materializable and not (row and self._counts(row.states)):
            return [("external", "dim")]
        if row is None:
            return [("? not known yet", "dim")]
        if asset.partitions is not None and not row.total:
            return [("no partitions", "dim")]
        counts = self._counts(self._judged(key))
        if asset.partitions is None and counts:
            state = counts[0][0]
            return [(f"{self._glyph(state)} {state.word}", LOOKS[state].style)]
        told = [(f"{self._glyph(state)} {count}", LOOKS[state].style) for state, count in counts]
        return told or [(NOT_BEGUN, "dim")]

    def _judged(self, key: AssetKey) -> bytes:
        return judged_cells(self.deployment, key, self.now).cells

    def state_of_all(self, keys: Sequence[AssetKey]) -> StyledLine:
        """The cells of several assets counted together."""
        rows = [self.deployment.rows.get(key) for key in keys]
        known = [row for row in rows if row is not None]
        if len(known) < len(rows):
            return [("? not known yet", "dim")]
        counts = self._counts(b"".join(map(self._judged, keys)))
        cells = [(f"{self._glyph(state)} {n}", LOOKS[state].style) for state, n in counts]
        made_here = any(self.deployment.graph[key].materializable for key in keys)
        nothing = NOT_BEGUN if made_here else "external"
        return [*self._failed_checks(keys), *self._marked(cells or [(nothing, "dim")], keys)]

    def needy(self, key: AssetKey) -> int:
        """How many of its cells need somebody."""
        return sum(map(len, needy(judged_cells(self.deployment, key, self.now)).values()))

    def is_late(self, key: AssetKey) -> bool:
        return self.urgency(key).verdict is FreshnessVerdict.DEGRADED

    def lateness(self, key: AssetKey) -> StyledText | None:
        """`late 47m`, or `due 20m` within the hour before."""
        one = self.urgency(key)
        if one.verdict is FreshnessVerdict.DEGRADED:
            return due_words(one, self.now), "bad"
        if one.verdict is FreshnessVerdict.WARNING or one.soon(self.now):
            return due_words(one, self.now).replace(" in", ""), "warn"
        return None

    def urgency(self, key: AssetKey) -> Urgency:
        return urgency(self.deployment.graph, self.deployment.statuses, key, self.now)

    def blame(self, cause: LateCause, of: AssetKey) -> str:
        """`dlt_glucose_entries: last run 7c1f failed at 05:14`."""
        return blame_words(cause, of, self.now)

    def ago(self, at: float | None) -> str:
        """`14:02 · 2h ago`."""
        if at is None:
            return "never"
        old = age(self.now - at)
        told = old if old == "now" or old.startswith("in ") else f"{old} ago"
        return f"{moment(at, self.now)}, {told}"

    def _glyph(self, state: State) -> str:
        return glyph(state, ascii_only=self.ascii_only)

    def _counts(self, states: bytes) -> list[tuple[State, int]]:
        found = ((state, states.count(int(state))) for state in COUNTED)
        return [(state, count) for state, count in found if count]

    def _location_failed(self, asset: Asset) -> bool:
        structure = self.deployment.structure
        return structure is not None and asset.location in structure.load_errors
