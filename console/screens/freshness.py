"""Every asset by urgency, and why the one under the cursor is late."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from rich.cells import set_cell_size

from console.domain.freshness import Verdict, policy_text, policy_words
from console.domain.keys import key_text, short_name
from console.domain.text import cut, one_line
from console.domain.times import age, moment
from console.domain.urgency import Blame, because, by_urgency, due_words, span, summary
from console.screens.base import DeckScreen
from console.screens.find import FindScreen
from console.store.signals import Topic
from console.widgets.asset_words import VERDICT_COLOURS, VERDICT_WORDS, AssetWords
from console.widgets.line_list import LineList
from console.widgets.looks import verdict_look
from console.widgets.pane import Pane, plain

if TYPE_CHECKING:
    from textual.widget import Widget

    from console.app import Deck
    from console.domain.keys import AssetKey
    from console.domain.urgency import Cause, Urgency
    from console.widgets.pane import Part

LOOK_SECONDS = 15.0
"""How often it is seen whether a minute has passed for some line; what is the same costs nothing."""
VERDICT_WIDTH, DUE_WIDTH, AGE_WIDTH, POLICY_WIDTH, DAEMON_WIDTH = 13, 13, 7, 22, 18
ROOMY = 100


class FreshnessScreen(DeckScreen):
    """Our own verdicts, from policy and last materialization; the daemon's where it differs."""

    NAME = "freshness"
    SHOWS_ASSETS = True
    TOPICS: ClassVar[frozenset[Topic]] = frozenset({Topic.STRUCTURE, Topic.STATUS, Topic.RUNS})
    DEFAULT_CSS = """
    FreshnessScreen #freshness-summary { height: 2; }
    FreshnessScreen #freshness-detail { height: 7; }
    """

    def __init__(self, deck: Deck) -> None:
        super().__init__(deck)
        self.rhythms = deck.rhythms
        self.summary = Pane(ascii_only=self.ascii_only, id="freshness-summary")
        self.lines = LineList(self._draw)
        self.detail = Pane(ascii_only=self.ascii_only, rule="top", id="freshness-detail")
        self._found: list[Urgency] = []
        self._drawn: list[list[Part]] = []
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
        self._found = by_urgency(graph, statuses, self._now, self.rhythms.found)
        self._show_lines()
        if here is not None and (here.known or self.lines.cursor > 0):
            self.show_asset(here.key)
        self._show_summary()
        self._show_detail()

    def show_asset(self, key: AssetKey) -> None:
        at = next((at for at, one in enumerate(self._found) if one.key == key), None)
        if at is not None:
            self.lines.move_to(at)

    def action_move(self, lines: int) -> None:
        self.lines.move(lines)

    def action_page(self, pages: int) -> None:
        self.lines.page(pages)

    def action_end(self, direction: int) -> None:
        self.lines.to_end(direction)

    def action_map(self) -> None:
        if key := self._key():
            self.deck.open_asset("assets", key)

    def action_partitions(self) -> None:
        if key := self._key():
            self.deck.open_asset("partitions", key)

    def action_plan(self) -> None:
        if key := self._key():
            self.deck.plan((key,), None)

    def action_open_run(self) -> None:
        """The run to look at: one that makes it now, one to blame, or the last."""
        if key := self._key():
            run_id = self._run_of(key)
            if run_id:
                self.deck.open_run(run_id)
            else:
                self.keys.say("no run has made this asset yet")

    def action_find(self) -> None:
        self.deck.push_screen(FindScreen(self.deck), self._go_to)

    def on_line_list_moved(self, _: LineList.Moved) -> None:
        self._show_detail()

    def _go_to(self, key: AssetKey | None) -> None:
        if key is not None:
            self.show_asset(key)

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

    def _causes(self, key: AssetKey) -> list[Cause]:
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

    def _draw(self, index: int, width: int) -> list[Part]:
        line = self._line(self._found[index], width)
        return plain(line) if self.ascii_only else line

    def _line(self, one: Urgency, width: int) -> list[Part]:
        look, colour = verdict_look(one.verdict, ascii_only=self.ascii_only)
        word = VERDICT_WORDS[one.verdict]
        if one.overdue(self._now):
            look, colour = verdict_look(Verdict.WARNING, ascii_only=self.ascii_only)
            word = "overdue"
        urgent = one.verdict in (Verdict.DEGRADED, Verdict.WARNING) or one.soon(self._now)
        middle = self._middle(one, width)
        room = width - VERDICT_WIDTH - DUE_WIDTH - AGE_WIDTH - sum(len(text) for text, _ in middle)
        name = one_line(short_name(one.key, room - 2, "~" if self.ascii_only else "…"))
        old = "never" if one.materialized is None else age(self._now - one.materialized)
        shade = "dim" if one.policy is None else "text"
        return [
            (f" {look} {word}".ljust(VERDICT_WIDTH), colour),
            (f"{set_cell_size(name, room - 1)} ", shade),
            (due_words(one, self._now).ljust(DUE_WIDTH), colour if urgent else "text"),
            *middle,
            (f"{old if one.known else '?'} ".rjust(AGE_WIDTH), "dim"),
        ]

    def _middle(self, one: Urgency, width: int) -> list[Part]:
        """The policy and the daemon's other opinion; where one must do, the opinion."""
        words = policy_words(one.policy) if one.policy else self._rhythm_words(one)
        policy = (cut(words, POLICY_WIDTH - 1).ljust(POLICY_WIDTH), "dim")
        says = f"daemon: {VERDICT_WORDS[one.daemon]}" if one.daemon_differs else ""
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

    def _rhythm(self, one: Urgency) -> list[list[Part]]:
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
        self.bar.show_title(" · ".join(filter(None, [self.NAME, unseen])))
        if not self._found:
            self.lines.show_empty(self._nothing())
            self.summary.show([])
            return
        parts: list[Part] = []
        for text, verdict in summary(self._found, self._now):
            more = (" · " if parts else " ") + one_line(text)
            if not parts or sum(len(text) for text, _ in parts) + len(more) <= self.size.width:
                parts.append((more, VERDICT_COLOURS[verdict]))
        self.summary.show([parts])

    def _nothing(self) -> str:
        if self.deployment.structure is None:
            return self.deployment.connection.problem or "asking Dagster for its assets"
        return self.deployment.structure.why_empty

    def _show_detail(self) -> None:
        if not self._found:
            return self.detail.show([])
        one = self._found[self.lines.cursor]
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

    def _heading(self, one: Urgency, words: AssetWords) -> list[Part]:
        state = [part for found in words.state(one.key) for part in (found, (" ", "dim"))]
        return [(f"{one_line(key_text(one.key))}  ", "text"), *state]

    def _verdict(self, one: Urgency) -> list[Part]:
        last = AssetWords(self.deployment, self._now).ago(one.materialized)
        made = f"last materialized {last}" if one.known else "not known yet"
        parts: list[Part] = [(f"{policy_text(one.policy)} · {made}", "dim")]
        if one.daemon_differs:
            parts.append((f" · the daemon still says {VERDICT_WORDS[one.daemon]}", "warn"))
        elif one.policy is not None and one.daemon is not Verdict.NOT_APPLICABLE:
            parts.append((" · the daemon agrees", "dim"))
        return parts

    def _making(self, key: AssetKey) -> list[list[Part]]:
        for run in self.deployment.busy_runs(key)[:1]:
            verb = "waits to make" if run.status.waiting else "is making"
            since = moment(run.started or run.created, self._now)
            span = one_line(run.partition_text)
            return [[(f"run {run.short_id} {verb} it {span} since {since}", "run")]]
        return []

    def _checks(self, key: AssetKey) -> list[list[Part]]:
        """Failing checks of what the asset is made from: of the sources some say that they are late."""
        failed = self.deck.checks.failed
        for root in self.deployment.graph.all_upstream(key):
            names = failed[root].whole if root in failed else ()
            if names:
                words = f"{one_line(key_text(root))} fails {one_line(', '.join(names))}"
                return [[("check   ", "dim"), (words, "warn")]]
        return []

    def _because(self, one: Urgency, words: AssetWords) -> list[list[Part]]:
        causes = self._causes(one.key)
        if one.verdict in (Verdict.HEALTHY, Verdict.NOT_APPLICABLE):
            causes = [cause for cause in causes[:1] if cause.blame is Blame.FAILED]
        if not causes and one.verdict is Verdict.DEGRADED:
            return [[("no run has failed, and nothing upstream is late: nobody ran it", "text")]]
        return [
            [("because " if at == 0 else "    and ", "dim"), (words.blame(cause, one.key), "text")]
            for at, cause in enumerate(causes)
        ]
