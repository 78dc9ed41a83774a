"""Every asset by urgency, and why the one under the cursor is late."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from rich.cells import set_cell_size

from console.domain.assets.keys import short_name, shown_key
from console.domain.freshness.policy import FreshnessVerdict, policy_text, policy_words
from console.domain.freshness.urgency import Blame, because, by_urgency, due_words, span, summary
from console.domain.reading import MARK
from console.domain.text import cells, cut, one_line, padded
from console.domain.times import age, told_moment
from console.screens.base import DeckScreen, of_the_lit_row
from console.screens.openings import Opening, ShowAsset
from console.store.signals import Topic
from console.widgets.common.asset_words import VERDICT_COLOURS, VERDICT_WORDS, AssetWords
from console.widgets.common.line_list import LineList
from console.widgets.common.pane import Pane, plain
from console.widgets.common.styled_text import StyledLine
from console.widgets.common.styles import verdict_look

if TYPE_CHECKING:
    from textual.widget import Widget

    from console.app import Deck
    from console.domain.assets.keys import AssetKey
    from console.domain.freshness.urgency import LateCause, Urgency

LOOK_SECONDS = 15.0
"""How often it is seen whether a minute has passed for some line; what is the same costs nothing."""
VERDICT_WIDTH, DUE_WIDTH, AGE_WIDTH, POLICY_WIDTH, DAEMON_WIDTH = 13, 13, 7, 22, 18
ROOMY = 100


class FreshnessScreen(DeckScreen):
    """Our own verdicts, from policy and last materialization; the daemon's where it differs."""

    NAME = "freshness"
    TAKES = frozenset({ShowAsset})
    FILTERS = True
    TOPICS: ClassVar[frozenset[Topic]] = frozenset({Topic.STRUCTURE, Topic.STATUS, Topic.RUNS})
    CSS_PATH = "screen.tcss"

    def __init__(self, deck: Deck) -> None:
        super().__init__(deck)
        self.rhythms = deck.rhythms
        self.summary = Pane(ascii_only=self.ascii_only, id="freshness-summary")
        self.lines = LineList(self._draw, row=self._row)
        self.detail = Pane(ascii_only=self.ascii_only, rule="top", id="freshness-detail")
        self._all: list[Urgency] = []
        self._found: list[Urgency] = []
        """Those that the filter keeps."""
        self._drawn: list[StyledLine] = []
        self._now = 0.0

    def body(self) -> list[Widget]:
        return [self.summary, self.lines, self.detail]

    def on_mount(self) -> None:
        self.lines.focus()
        self.set_interval(LOOK_SECONDS, self._grow_older)
        self._forget_rhythms = self.rhythms.signals.listen(self._told)

    def on_unmount(self) -> None:
        self._forget_rhythms()

    def on_screen_resume(self) -> None:
        """How often assets are made is asked once the screen is looked at."""
        self.rhythms.seen = True
        if self.rhythms.interval is not None:
            self.deck.poller.wake()

    def on_screen_suspend(self) -> None:
        self.rhythms.seen = False

    def update_view(self) -> None:
        here = self._found[self.lines.cursor] if self._found else None
        self._now = time.time()
        graph, statuses = self.deployment.graph, self.deployment.statuses
        self._all = by_urgency(graph, statuses, self._now, self.rhythms.found)
        self._found = [one for one in self._all if self._keeps(one)]
        self._show_lines()
        if here is not None and (here.known or self.lines.cursor > 0):
            self._go_to(here.key)
        self._show_summary()
        self._show_detail()

    def take(self, opening: Opening) -> None:
        if isinstance(opening, ShowAsset):
            self.show_asset(opening.asset)
        else:
            super().take(opening)

    def _keeps(self, one: Urgency) -> bool:
        words = VERDICT_WORDS[one.verdict], policy_words(one.policy) if one.policy else ""
        asset = self.deployment.graph[one.key]
        return not self.filtered or self.keeps(asset.name, asset.group, *words)

    def show_asset(self, key: AssetKey) -> None:
        if self.filter_line is not None and all(one.key != key for one in self._found):
            self.filter_line.take("")
            self.update_view()
        self._go_to(key)

    def _go_to(self, key: AssetKey) -> None:
        at = next((at for at, one in enumerate(self._found) if one.key == key), None)
        if at is not None:
            self.lines.move_to(at)

    def action_move(self, lines: int) -> None:
        self.lines.move(lines)

    def action_page(self, pages: int) -> None:
        self.lines.page(pages)

    def action_end(self, direction: int) -> None:
        self.lines.to_end(direction)

    @of_the_lit_row
    def action_map(self) -> None:
        if key := self._key():
            self.deck.open_asset("assets", key)

    @of_the_lit_row
    def action_partitions(self) -> None:
        if key := self._key():
            self.deck.open_asset("partitions", key)

    def assets_to_plan(self) -> tuple[AssetKey, ...]:
        return (key,) if (key := self._key()) else ()

    @of_the_lit_row
    def action_plan(self) -> None:
        if key := self._key():
            self.deck.plan((key,))

    @of_the_lit_row
    def action_open_run(self) -> None:
        """The run to look at: one that makes it now, one to blame, or the last."""
        if key := self._key():
            run_id = self._run_of(key)
            if run_id:
                self.deck.open_run(run_id)
            else:
                self.keys.say("no run has made this asset yet")

    def on_line_list_moved(self, _: LineList.Moved) -> None:
        self.forget_note()
        self._show_detail()

    def _row(self, index: int) -> AssetKey | None:
        return self._found[index].key if index < len(self._found) else None

    def _key(self) -> AssetKey | None:
        return self._found[self.lines.cursor].key if self._found else None

    def _grow_older(self) -> None:
        if self.is_current:
            self.update_view()

    def _run_of(self, key: AssetKey) -> str | None:
        busy = self.deployment.busy_runs(key)
        if busy:
            return busy[0].id
        causes = self._causes(key)
        blamed = [cause.run_id for cause in causes if cause.run_id]
        status = self.deployment.statuses.get(key)
        last = status.latest.last_run_id or status.latest.run_id if status else None
        return blamed[-1] if blamed else last

    def _causes(self, key: AssetKey) -> list[LateCause]:
        deployment = self.deployment
        return because(deployment.graph, deployment.statuses, key, self._now, deployment.rows)

    def _show_lines(self) -> None:
        """Lines that say the same aren't drawn again."""
        drawn = [self._line(one, self.size.width) for one in self._found]
        before, self._drawn = self._drawn, drawn
        if len(drawn) != self.lines.count:
            self.lines.set_count(len(drawn))
        else:
            changed = [at for at, line in enumerate(drawn) if line != before[at]]
            self.lines.refresh_lines_at(*changed)

    def _draw(self, index: int, width: int) -> StyledLine:
        line = self._line(self._found[index], width)
        return plain(line) if self.ascii_only else line

    def _line(self, one: Urgency, width: int) -> StyledLine:
        look, colour = verdict_look(one.verdict, ascii_only=self.ascii_only)
        word = VERDICT_WORDS[one.verdict] if one.known or one.policy is None else "reading …"
        if one.overdue(self._now):
            look, colour = verdict_look(FreshnessVerdict.WARNING, ascii_only=self.ascii_only)
            word = "overdue"
        urgent = one.verdict in (FreshnessVerdict.DEGRADED, FreshnessVerdict.WARNING) or one.soon(
            self._now
        )
        middle = self._middle(one, width)
        room = (
            width - VERDICT_WIDTH - DUE_WIDTH - AGE_WIDTH - sum(cells(text) for text, _ in middle)
        )
        name = short_name(one.key, room - 2, "~" if self.ascii_only else "…")
        old = "never" if one.materialized is None else age(self._now - one.materialized)
        shade = "dim" if one.policy is None else "text"
        return [
            (padded(f" {look} {word}", VERDICT_WIDTH), colour),
            (f"{set_cell_size(name, room - 1)} ", shade),
            (due_words(one, self._now).ljust(DUE_WIDTH), colour if urgent else "text"),
            *middle,
            (f"{old if one.known else MARK} ".rjust(AGE_WIDTH), "dim"),
        ]

    def _middle(self, one: Urgency, width: int) -> StyledLine:
        """The policy and the daemon's other opinion; where one must do, the opinion."""
        words = policy_words(one.policy) if one.policy else self._rhythm_words(one)
        policy = (padded(cut(words, POLICY_WIDTH - 1), POLICY_WIDTH), "dim")
        says = f"{one.judge}: {VERDICT_WORDS[one.daemon]}" if one.daemon_differs else ""
        if width >= ROOMY:
            return [policy, (says.ljust(DAEMON_WIDTH), "warn")]
        return [(says.ljust(POLICY_WIDTH), "warn")] if says else [policy]

    def _rhythm_words(self, one: Urgency) -> str:
        """`usual every 24h`; what is not known, and why, is told in the detail."""
        if one.rhythm is not None:
            return f"usual every {span(one.rhythm.usual)}"
        if one.materialized is None or one.key in self.rhythms.found or self.rhythms.problem:
            return ""
        return "usual every …"

    def _rhythm(self, one: Urgency) -> list[StyledLine]:
        """How a rhythm was told, which nobody but the console has said."""
        if one.policy is not None:
            return []
        if one.rhythm is not None:
            gaps = f"told from {one.rhythm.gaps} of its gaps, not from Dagster"
            return [[(f"usual every {span(one.rhythm.usual)} ({gaps})", "dim")]]
        if self.rhythms.problem:
            return [[(f"no rhythm: {self.rhythms.problem}", "dim")]]
        known = one.key in self.rhythms.found
        return [[("materialized too seldom to have a rhythm", "dim")]] if known else []

    def _show_summary(self) -> None:
        structure = self.deployment.structure
        unseen = structure.unseen if structure else ""
        filtered = self.filter_words(len(self._found), len(self._all))
        self.bar.show_title(" · ".join(filter(None, [self.NAME, filtered, unseen])))
        if not self._found:
            self.lines.show_empty(self._nothing())
        if not self._all:
            self.summary.show([])
            return
        parts: StyledLine = []
        unread = sum(not one.known for one in self._all)
        if unread:
            parts.append((f" reading {unread} of {len(self._all)} assets …", "dim"))
        for text, verdict in summary(self._all, self._now):
            more = (" · " if parts else " ") + one_line(text) + self._mark(text, unread)
            if not parts or sum(cells(text) for text, _ in parts) + cells(more) <= self.size.width:
                parts.append((more, VERDICT_COLOURS[verdict]))
        self.summary.show([parts])

    def _mark(self, text: str, unread: int) -> str:
        """Behind a number that more reading may change."""
        rests_on_rhythms = "rhythm" in text and self.rhythms.unread
        return ("~" if self.ascii_only else MARK) if unread or rests_on_rhythms else ""

    def _nothing(self) -> str:
        if self._all:
            return "the filter keeps no asset; esc shows all"
        if self.deployment.structure is None:
            return self.deployment.connection.problem or "asking Dagster for its assets"
        return self.deployment.structure.why_empty

    def _show_detail(self) -> None:
        if not self._found:
            return self.detail.show([])
        one = self._found[self.lines.cursor]
        if self.deployment.staleness.show_first([one.key]):
            self.deck.poller.wake()
        words = AssetWords(self.deployment, self._now, self.ascii_only)
        sections = [
            self._heading(one, words),
            self._verdict(one),
            *self._rhythm(one),
            *self._making(one.key),
            *self._because(one, words),
            *self._checks(one.key),
        ]
        return self.detail.show([[(" ", "text"), *line] for line in sections])

    def _heading(self, one: Urgency, words: AssetWords) -> StyledLine:
        state = [part for found in words.state(one.key) for part in (found, (" ", "dim"))]
        return [(f"{shown_key(one.key)}  ", "text"), *state]

    def _verdict(self, one: Urgency) -> StyledLine:
        last = AssetWords(self.deployment, self._now).ago(one.materialized)
        made = f"last materialized {last}" if one.known else "not known yet"
        parts: StyledLine = [(f"{policy_text(one.policy)} · {made}", "dim")]
        judge = one.judge if one.judge != "daemon" else "the daemon"
        if one.daemon_differs:
            parts.append((f" · {judge} still says {VERDICT_WORDS[one.daemon]}", "warn"))
        elif one.policy is not None and one.daemon is not FreshnessVerdict.NOT_APPLICABLE:
            parts.append((f" · {judge} agrees", "dim"))
        return parts

    def _making(self, key: AssetKey) -> list[StyledLine]:
        for run in self.deployment.busy_runs(key)[:1]:
            verb = "waits to make" if run.status.waiting else "is making"
            since = told_moment(run.started or run.created, self._now)
            span = run.partition_text
            return [[(f"run {run.short_id} {verb} it {span} since {since}", "run")]]
        return []

    def _checks(self, key: AssetKey) -> list[StyledLine]:
        """Failing checks of what the asset is made from: of the sources some say that they are late."""
        failed = self.deck.checks.failed
        for root in self.deployment.graph.all_upstream(key):
            names = failed[root].whole if root in failed else ()
            if names:
                words = f"{shown_key(root)} fails {one_line(', '.join(names))}"
                return [[("check   ", "dim"), (words, "warn")]]
        return []

    def _because(self, one: Urgency, words: AssetWords) -> list[StyledLine]:
        causes = self._causes(one.key)
        graph = self.deployment.graph
        read = self.deployment.reading.states((one.key, *graph.all_upstream(one.key)))
        mark = "~" if self.ascii_only and read.mark else read.mark
        if one.verdict in (FreshnessVerdict.HEALTHY, FreshnessVerdict.NOT_APPLICABLE):
            causes = [cause for cause in causes[:1] if cause.blame is Blame.FAILED]
        if not causes and one.verdict is FreshnessVerdict.DEGRADED:
            why = "no run has failed, and nothing upstream is late: nobody ran it"
            return [[(f"{why}{mark}", "text")]]
        return [
            [
                ("because " if at == 0 else "    and ", "dim"),
                (f"{words.blame(cause, one.key)}{mark}", "text"),
            ]
            for at, cause in enumerate(causes)
        ]
