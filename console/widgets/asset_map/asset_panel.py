"""All that is known of one asset, in lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.domain.assets.keys import shown_key
from console.domain.freshness.policy import FreshnessVerdict, policy_text
from console.domain.freshness.urgency import because, due_words
from console.domain.partitions.keys import ranges_text
from console.domain.status.needs import needy
from console.domain.status.states import LOOKS, State
from console.domain.text import cut, one_line
from console.domain.times import moment
from console.store.needs import judged_cells
from console.widgets.common.asset_words import VERDICT_COLOURS, VERDICT_WORDS, AssetWords
from console.widgets.common.pane import wrapped
from console.widgets.common.styled_text import StyledLine, StyledText
from console.widgets.common.styles import glyph, verdict_look

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from console.domain.assets.graph import Asset
    from console.domain.assets.keys import AssetKey
    from console.domain.checks import AssetCheck
    from console.domain.grid.details import AssetDetail

LABEL = 13
MOST_RANGES = 400
"""Characters of `[a...b], c`; the partitions screen has the rest."""
_CHECKS = {
    "passed": ("■", "#", "good"),
    "failed": ("✗", "x", "bad"),
    "could not run": ("✗", "x", "bad"),
    "running": ("▶", ">", "run"),
    "skipped": ("·", ".", "dim"),
    "not run": ("·", ".", "dim"),
    "failed before": ("·", ".", "warn"),
    "passed before": ("·", ".", "dim"),
}

_USELESS = frozenset({"unique_id", "invocation_id"})
"""What dbt writes for itself goes last."""


@dataclass(frozen=True, slots=True)
class AssetPanel:
    """`detail` is None while it is asked for; `problem` says why it can't be had."""

    words: AssetWords
    key: AssetKey
    detail: AssetDetail | None
    problem: str = ""

    def lines(self, width: int) -> list[StyledLine]:
        """The lines of the panel, `width` cells wide, the most urgent first."""
        asset = self.words.deployment.graph[self.key]
        sections = (
            self._heading(width),
            self._freshness(asset, width),
            self._partitions(asset, width),
            self._last(width),
            self._checks(width),
            self._about(asset, width),
        )
        return [[(" ", "text"), *line] for section in sections for line in section]

    def _heading(self, width: int) -> list[StyledLine]:
        name = [[(line, "text")] for line in wrapped(shown_key(self.key), width - 2)]
        state = self.words.state(self.key)
        spaced = [part for one in state for part in (one, ("  ", "dim"))]
        if self.words.deployment.graph[self.key].partitions and len(state) == 1:
            spaced += [(word, "dim") for word in self._only_state()]
        return [*name, spaced, *self._failed_location(width), *self._defined_twice(width)]

    def _defined_twice(self, width: int) -> list[StyledLine]:
        """Dagster takes one of several definitions, and doesn't say which."""
        locations = self.detail.locations if self.detail else ()
        if not locations:
            return []
        text = f"defined by {len(locations)} code locations: {one_line(', '.join(locations))}"
        return [[(line, "warn")] for line in wrapped(text, width - 2)]

    def _only_state(self) -> list[str]:
        row = self.words.deployment.rows.get(self.key)
        return [State(row.states[0]).word] if row and row.states else []

    def _failed_location(self, width: int) -> list[StyledLine]:
        structure = self.words.deployment.structure
        asset = self.words.deployment.graph[self.key]
        why = structure.load_errors.get(asset.location) if structure else None
        if why is None:
            return []
        text = f"code location {asset.location} failed to load: {why}"
        return [[(line, "bad")] for line in wrapped(text, width - 2)]

    def _freshness(self, asset: Asset, width: int) -> list[StyledLine]:
        if asset.freshness is None:
            return self._labelled("freshness", [("no policy", "dim")], width)
        one = self.words.urgency(self.key)
        look, colour = verdict_look(one.verdict, ascii_only=self.words.ascii_only)
        due = due_words(one, self.words.now)
        when = f" ({moment(one.freshness.due, self.words.now)})" if one.freshness.due else ""
        word = "" if one.verdict is FreshnessVerdict.DEGRADED else VERDICT_WORDS[one.verdict]
        said = ", ".join(part for part in (word, f"{due}{when}") if part)
        daemon = (
            VERDICT_WORDS[one.daemon]
            if one.daemon is not FreshnessVerdict.NOT_APPLICABLE
            else "nothing"
        )
        return [
            *self._labelled("freshness", [(f"{look} {said}", colour)], width),
            *self._labelled("", [(policy_text(asset.freshness), "text")], width),
            *self._labelled(f"{one.judge} says", [(daemon, VERDICT_COLOURS[one.daemon])], width),
            *self._why(one.verdict, width),
        ]

    def _why(self, verdict: FreshnessVerdict, width: int) -> list[StyledLine]:
        if verdict not in (
            FreshnessVerdict.DEGRADED,
            FreshnessVerdict.WARNING,
            FreshnessVerdict.UNKNOWN,
        ):
            return []
        deployment = self.words.deployment
        causes = because(
            deployment.graph, deployment.statuses, self.key, self.words.now, deployment.rows
        )
        texts = [self.words.blame(cause, self.key) for cause in causes]
        return [
            line
            for at, text in enumerate(texts)
            for line in self._labelled("because" if at == 0 else "", [(text, "text")], width)
        ]

    def _partitions(self, asset: Asset, width: int) -> list[StyledLine]:
        if asset.partitions is None:
            return self._labelled("partitions", [("none", "dim")], width)
        row, keys = (
            self.words.deployment.rows.get(self.key),
            self.words.deployment.keys.get(self.key),
        )
        total = "…, " if keys is None else f"{len(keys)}, "
        said = asset.partitions.description.rstrip(".") or asset.partitions.kind.lower()
        found = self._labelled("partitions", [(f"{total}{said}", "text")], width)
        if row is None or keys is None or row.total != len(keys):
            return found
        judged = judged_cells(self.words.deployment, self.key, self.words.now)
        for state, places in needy(judged).items():
            look = f"{glyph(state, ascii_only=self.words.ascii_only)} {state.word}"
            text = cut(ranges_text(places, keys.keys), MOST_RANGES)
            found += self._labelled(look, [(text, "text")], width, LOOKS[state].style)
        for count, word in ((judged.not_begun, "not begun"), (judged.not_due, "not due")):
            if count:
                found += self._labelled(word, [(str(count), "dim")], width)
        return found

    def _last(self, width: int) -> list[StyledLine]:
        status = self.words.deployment.statuses.get(self.key)
        if status is None:
            return self._labelled("materialized", [("not known yet", "dim")], width)
        latest = status.latest
        found = self._labelled(
            "materialized", [(self.words.ago(latest.materialized), "text")], width
        )
        where = [f"run {latest.run_id[:8]}"] if latest.run_id else []
        where += [latest.partition] if latest.partition else []
        if where:
            found += self._labelled("", [(" · ".join(where), "dim")], width)
        for label, value in _useful_first(
            self.detail.materialization.metadata if self.detail else ()
        ):
            found += self._labelled(f"  {one_line(label)}", [(one_line(value), "text")], width)
        return found

    def _checks(self, width: int) -> list[StyledLine]:
        if self.detail is None:
            said = (self.problem, "bad") if self.problem else ("asking …", "dim")
            return self._labelled("checks", [said], width)
        if not self.detail.checks:
            return self._labelled("checks", [("none", "dim")], width)
        found: list[StyledLine] = []
        for at, check in enumerate(bad_first(self.detail.checks)):
            parts = self._check(check)
            found += self._labelled("checks" if at == 0 else "", parts, width)
        return found

    def _check(self, check: AssetCheck) -> StyledLine:
        shown = f"{check.earlier} before" if check.earlier else check.verdict
        plain, simple, colour = _CHECKS.get(shown, ("?", "?", "dim"))
        colour = "warn" if colour == "bad" and check.severity == "WARN" else colour
        severity = check.severity.lower() if check.verdict == "failed" else ""
        more = " ".join(word for word in (severity, "blocking" if check.blocking else "") if word)
        look = simple if self.words.ascii_only else plain
        verdict = check.verdict
        if check.earlier:
            verdict = f"not run since {self.words.ago(check.at)}, when it {check.earlier}"
        text = f"{look} {check.name} {verdict}{f', {more}' if more else ''}"
        return [(text, colour)]

    def _about(self, asset: Asset, width: int) -> list[StyledLine]:
        rows = (
            ("group", asset.group),
            ("kinds", ", ".join(asset.kinds)),
            ("owners", ", ".join(asset.owners)),
            ("pools", ", ".join(asset.pools)),
            ("location", asset.location),
        )
        found: list[StyledLine] = []
        for label, value in rows:
            if value:
                found += self._labelled(label, [(one_line(value), "text")], width)
        description = asset.description or (self.detail.description if self.detail else "")
        if description:
            found.append([])
            found += [[(line, "dim")] for line in wrapped(description, width - 2)]
        return found

    def _labelled(
        self, label: str, parts: StyledLine, width: int, colour: str = "dim"
    ) -> list[StyledLine]:
        """A label, and beside it the text, wrapped in a column of its own."""
        indent = max(LABEL, len(label) + 1) if label else LABEL
        return [
            [(label.ljust(indent) if at == 0 else " " * LABEL, colour), (line, shade)]
            for at, (line, shade) in enumerate(_flowing(parts, width - 2 - indent))
        ]


def bad_first(checks: Iterable[AssetCheck]) -> list[AssetCheck]:
    """Checks that failed or could not run, then those that failed before or run, then the rest."""
    order = {"failed": 0, "could not run": 1, "running": 3}

    def badness(check: AssetCheck) -> int:
        return 2 if check.earlier == "failed" else order.get(check.verdict, 4)

    return sorted(checks, key=badness)


def _useful_first(metadata: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(metadata, key=lambda pair: pair[0] in _USELESS)


def _flowing(parts: StyledLine, width: int) -> Iterator[StyledText]:
    for text, colour in parts:
        for line in wrapped(text, max(width, 10)):
            yield line, colour
