"""The planner: choose cells, see what would happen to each and why, launch just that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget

from console.api.commands import MOST_PARALLEL, cancel_backfill
from console.api.errors import ApiError
from console.domain.keys import AssetKey, key_text
from console.domain.partitions import BadPartitions, PartitionKeys, parse_partitions, ranges_text
from console.domain.selection import BadSelection, joined, written
from console.domain.status import State
from console.domain.text import cut
from console.planner.folded import AssetLine, CellsLine, PlanLine, folded
from console.planner.plan import Action
from console.planner.request import Request
from console.screens.base import DeckScreen
from console.screens.confirm import ConfirmScreen
from console.store import planning
from console.store.backfill_watch import BackfillWatch
from console.store.signals import Topic
from console.widgets.line_list import LineList, strip_of
from console.widgets.plan_lines import (
    estimate_text,
    plan_line,
    reasons_text,
    runs_text,
    summary,
)
from console.widgets.question import SELECTION_HINT, Question

if TYPE_CHECKING:
    from textual.strip import Strip

    from console.app import Deck
    from console.store.planning import Preview

DAYS_AT_FIRST = 14
LEAST_HEIGHT = 6
STATES = (State.MISSING, State.FAILED, State.STALE, State.MATERIALIZED)
Parts = list[tuple[str, str]]


class PlanHead(Widget):
    """What is asked, and what it comes to."""

    DEFAULT_CSS = "PlanHead { height: 6; }"

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Parts] = []

    def show(self, lines: list[Parts]) -> None:
        if lines != self._lines:
            self._lines = lines
            self.styles.height = max(len(lines), LEAST_HEIGHT)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        line = self._lines[y] if y < len(self._lines) else []
        return strip_of(line, self.size.width)


class PlannerScreen(DeckScreen):
    NAME = "planner"
    TOPICS: ClassVar[frozenset[Topic]] = frozenset({Topic.STATUS, Topic.STRUCTURE, Topic.RUNS})

    def __init__(self, deck: Deck) -> None:
        super().__init__(deck)
        self.head = PlanHead()
        self.list = LineList(self._draw)
        self.question = Question()
        self.request = Request((), ())
        self.selection = ""
        """What selects the assets of the request, as it was written."""
        self.preview: Preview | None = None
        self.problem = ""
        self.planning = False
        self.launched: BackfillWatch | None = None
        self.outcome: tuple[str, str] | None = None
        self._expanded = False
        self._lines: list[PlanLine] = []

    def body(self) -> list[Widget]:
        return [self.head, self.list, self.question]

    # what is asked

    def ask_for(
        self,
        assets: tuple[AssetKey, ...],
        partitions: str | None,
        states: frozenset[State] | None = None,
    ) -> None:
        """Plan these; the newest partitions where none are named.

        What was asked before is left as it is but for that; with `states`, just these cells
        are to run and nothing downstream.
        """
        try:
            keys = planning.shared_keys(self.deployment, assets)
            chosen = _chosen(keys, partitions)
        except (planning.NothingToPartition, BadPartitions) as error:
            self.keys.say(str(error), "bad")
            return
        self.selection = joined(assets)
        request = replace(
            self.request, assets=assets, partitions=chosen, within=None, excluded=frozenset()
        )
        if states is not None:
            request = replace(request, run_states=states, downstream=False)
        self._ask(request)

    def watch_backfill(self, backfill_id: str) -> None:
        """Show how a backfill that was launched elsewhere goes on."""
        self._stop_watching()
        self._watch(backfill_id)
        self.update_view()

    def _ask(self, request: Request) -> None:
        """Every change of the request is planned anew; nothing is launched by it."""
        self.request = request
        self._stop_watching()
        self.outcome = None
        self.keys.hush()
        if request.assets:
            self.planning = True
            self.run_worker(self._plan(request), group="plan", exclusive=True)
        self.update_view()

    async def _plan(self, request: Request) -> None:
        try:
            preview = await planning.preview(self.deployment, request)
            self.problem = ""
        except (ApiError, BadPartitions, planning.NothingToPartition) as error:
            preview, self.problem = None, str(error)
        if request is self.request:
            self.planning = False
            self._show_plan(preview)

    def _show_plan(self, preview: Preview | None) -> None:
        self.preview = preview
        self._lines = folded(preview.plan, expanded=self._expanded) if preview else []
        self.list.set_count(len(self._lines))
        self.update_view()

    # what is shown

    def update_view(self) -> None:
        self.head.show(self._head_lines())
        self.list.show_empty(self._empty_text())
        self.list.refresh_lines_at(
            *(at for at, line in enumerate(self._lines) if isinstance(line, AssetLine))
        )
        launched = f"backfill {self.launched.id}" if self.launched else "nothing launched yet"
        self.bar.show_title(f"planner · {launched}")

    def _empty_text(self) -> str:
        if self.problem:
            return ""
        if not self.request.assets:
            return "choose assets with a, or press b on an asset or a selection of partitions"
        return "planning …" if self.planning else "no cell in question"

    def _head_lines(self) -> list[Parts]:
        request, width = self.request, max(self.size.width, 20)
        names = self.selection or "none chosen"
        plus = " and all downstream" if request.downstream and request.within is None else ""
        room = width - 14 - len(plus)
        lines: list[Parts] = [
            [(" assets      ", "dim"), (cut(names, room), "text"), (plus, "dim")],
            [(" partitions  ", "dim"), *self._partitions_parts(width - 14)],
            [(" run         ", "dim"), *self._states_parts()],
            [(("-" if self.ascii_only else "─") * width, "dim")],
        ]
        return [*lines, *self._result_lines(width)]

    def _partitions_parts(self, room: int) -> Parts:
        chosen = self.request.partitions
        if not chosen:
            return [("none: not partitioned" if self.request.assets else "–", "dim")]
        keys = self._own_keys()
        text = (
            ranges_text((keys.positions[key] for key in chosen if key in keys.positions), keys.keys)
            if keys
            else ""
        )
        return [
            (cut(text, room - 18), "text"),
            (f"   {len(chosen)} partition{'s' * (len(chosen) != 1)}", "dim"),
        ]

    def _states_parts(self) -> Parts:
        parts: Parts = []
        for state in STATES:
            on = state in self.request.run_states
            word = "fresh" if state is State.MATERIALIZED else state.word
            parts.append((f"[{'x' if on else ' '}] {word}  ", "text" if on else "dim"))
        at_once = self.request.parallel or "any"
        return [*parts, (f" at once: {at_once}", "dim")]

    def _result_lines(self, width: int) -> list[Parts]:
        if self.problem:
            return [[(f" {cut(self.problem, width - 2)}", "bad")]]
        if self.preview is None or self.planning:
            return []
        lines = [self._progress() or summary(self.preview)]
        notes = [(reasons_text(self.preview), "dim"), self.outcome or ("", "")]
        if self.preview.warnings:
            sign = "!" if self.ascii_only else "⚠"
            notes.append((f"{sign} {' · '.join(self.preview.warnings)}", "warn"))
        lines += [[(f" {cut(text, width - 2)}", colour)] for text, colour in notes if text]
        return [*lines, [(("-" if self.ascii_only else "─") * width, "dim")]]

    def _progress(self) -> Parts:
        watch = self.launched
        if watch is None:
            return []
        found = watch.backfill
        if found is None:
            return [(f" launched as backfill {watch.id}", "run")]
        colour = "run"
        if found.finished:
            colour = "good" if found.succeeded else "bad"
        word = found.status.lower().replace("_", " ")
        counts = f"{found.done} of {found.targeted} done" if found.counts else "starting"
        return [
            (f" backfill {watch.id} {word}   ", colour),
            (counts, "text"),
            (f" · {found.running} running", "run" if found.running else "dim"),
            (f" · {found.failed} failed", "bad" if found.failed else "dim"),
        ]

    def _draw(self, index: int, width: int) -> Parts:
        line = self._lines[index]
        states = self._states_now(line) if isinstance(line, AssetLine) else []
        return plan_line(line, width, states, ascii_only=self.ascii_only)

    def _states_now(self, line: AssetLine) -> list[State]:
        """By now, not as planned; a stale cell is known to be so from the plan alone."""
        row, keys = self.deployment.rows.get(line.asset), self.deployment.keys.get(line.asset)
        found = []
        for cell in line.cells:
            at = (
                0
                if cell.partition is None or keys is None
                else keys.positions.get(cell.partition, -1)
            )
            now = (
                State(row.states[at]) if row is not None and 0 <= at < row.total else State.UNKNOWN
            )
            stale = (
                now is State.MATERIALIZED and cell.state is State.STALE and self.launched is None
            )
            found.append(State.STALE if stale else now)
        return found

    def _own_keys(self) -> PartitionKeys | None:
        try:
            return planning.shared_keys(self.deployment, self.request.assets)
        except planning.NothingToPartition:
            return None

    # actions that change the request

    def action_edit_assets(self) -> None:
        names = [written(key) for key in self.deployment.graph.order]
        self.question.ask(
            "assets",
            self.selection,
            self._check_assets,
            self._take_assets,
            hint=SELECTION_HINT,
            suggestions=names,
        )

    def _check_assets(self, text: str) -> str | None:
        try:
            planning.request_for(self.deployment, text, self.facts())
        except (BadSelection, planning.NothingToPartition) as error:
            return str(error.args[0])
        return None

    def _take_assets(self, text: str) -> None:
        chosen = planning.request_for(self.deployment, text, self.facts())
        keys = planning.shared_keys(self.deployment, chosen.assets)
        kept = tuple(p for p in self.request.partitions if keys and p in keys.positions)
        whole = chosen.downstream and chosen.within is None
        self.selection = joined(chosen.assets) if whole else text.strip()
        self._ask(
            replace(
                self.request,
                assets=chosen.assets,
                partitions=kept or _chosen(keys, None),
                downstream=chosen.downstream,
                within=chosen.within,
                excluded=frozenset(),
            )
        )

    def action_edit_partitions(self) -> None:
        keys = self._own_keys()
        if keys is None:
            self.keys.say("choose a partitioned asset first, with a", "warn")
            return
        positions = (
            keys.positions[key] for key in self.request.partitions if key in keys.positions
        )
        span = f"[{keys.keys[0]}...{keys.keys[-1]}]" if len(keys) else "none"
        hint = f"a key, [first...last], [first...], 2026-11-*, commas between; all are {span}"
        value = ranges_text(positions, keys.keys)
        self.question.ask(
            "partitions", value, self._check_partitions, self._take_partitions, hint=hint
        )

    def _check_partitions(self, text: str) -> str | None:
        keys = self._own_keys()
        try:
            parse_partitions(text, keys or PartitionKeys(()))
        except BadPartitions as error:
            return str(error)
        return None

    def _take_partitions(self, text: str) -> None:
        chosen = _chosen(self._own_keys(), text)
        self._ask(replace(self.request, partitions=chosen, excluded=frozenset()))

    def action_toggle_downstream(self) -> None:
        only = self.request.within
        downstream = only is not None or not self.request.downstream
        self._ask(replace(self.request, downstream=downstream, within=None))

    def action_toggle_state(self, name: str) -> None:
        self._ask(replace(self.request, run_states=self.request.run_states ^ {State[name.upper()]}))

    def action_toggle_fresh(self) -> None:
        self.action_toggle_state(State.MATERIALIZED.name)

    def action_parallel(self, step: int) -> None:
        now = (self.request.parallel or 0) + step
        parallel = None if now < 1 else min(now, MOST_PARALLEL)
        self._ask(replace(self.request, parallel=parallel))

    def action_exclude(self) -> None:
        line = self._line()
        cells = frozenset(cell.id for cell in line.cells) if line else frozenset()
        if not cells:
            return
        excluded = self.request.excluded
        self._ask(
            replace(
                self.request, excluded=excluded - cells if cells <= excluded else excluded | cells
            )
        )

    # moving

    def _line(self) -> PlanLine | None:
        return self._lines[self.list.cursor] if self._lines else None

    def action_move(self, lines: int) -> None:
        self.list.move(lines)

    def action_page(self, pages: int) -> None:
        self.list.page(pages)

    def action_expand(self) -> None:
        self._expanded = not self._expanded
        self._show_plan(self.preview)

    def action_open_run(self) -> None:
        """The newest run of the backfill that was launched, of this asset where there is one."""
        watch, line = self.launched, self._line()
        runs = [run for run in self.deployment.newest if watch and run.backfill == watch.id]
        wanted = line.cells[0].asset if isinstance(line, AssetLine | CellsLine) else None
        own = [run for run in runs if wanted in run.assets]
        if own or runs:
            self.deck.open_run((own or runs)[0].id)
        else:
            self.keys.say("no run of this plan yet", "dim")

    # launching

    def action_launch(self) -> None:
        preview = self.preview
        if preview is None or self.planning:
            return
        if self.launched is not None:
            self.keys.say("launched already; change the request to plan anew", "warn")
            return
        count = preview.plan.counts[Action.RUN]
        if not count:
            self.keys.say("nothing to run: every cell would be skipped or is blocked", "warn")
            return
        details = [
            f"{key_text(asset)}: {len(cells)}" for asset, cells in preview.plan.to_run.items()
        ]
        question = f"Launch {count} cell{'s' * (count != 1)} on {self.deployment.client.place}?"
        facts = [f"{runs_text(preview)}, {estimate_text(preview)}", *details]
        self.app.push_screen(ConfirmScreen(question, facts, yes="Launch"), self._confirmed)

    def _confirmed(self, yes: bool | None) -> None:
        if yes and self.preview is not None:
            self.run_worker(self._launch(self.preview), group="launch", exclusive=True)

    async def _launch(self, preview: Preview) -> None:
        self.keys.say("looking once more before launching …", "dim")
        try:
            launched = await planning.apply(self.deployment, preview)
        except planning.Drifted as drifted:
            self._show_plan(drifted.preview)
            self.keys.say(f"{drifted}; this is the plan as it is now", "warn")
            return
        except (ApiError, BadPartitions) as error:
            self.keys.say(f"not launched: {error}", "bad")
            return
        self.keys.hush()
        self.deck.poller.wake()
        if launched.backfill is None:
            self.outcome = (f"launched as {launched.text}", "run")
            self.deck.open_run(str(launched.run))
        else:
            self._watch(launched.backfill)
            await self._compare(launched, preview)
        self.update_view()

    async def _compare(self, launched: planning.Launched, preview: Preview) -> None:
        try:
            problems = await planning.compare(self.deployment, launched, preview.plan)
        except ApiError as error:
            problems = [f"not compared with what the server made of it: {error}"]
        if problems:
            self.outcome = ("; ".join(problems), "bad")

    def _watch(self, backfill_id: str) -> None:
        self.launched = BackfillWatch(self.deployment.client, backfill_id)
        self.launched.signals.listen(lambda _: self._watched())
        self.deck.poller.add(self.launched)

    def _watched(self) -> None:
        found = self.launched.backfill if self.launched else None
        if found is not None and found.error:
            self.outcome = (found.error, "bad")
        if found is not None and found.finished:
            self.deck.poller.wake()
        if self.is_current:
            self.update_view()

    def _stop_watching(self) -> None:
        if self.launched is not None:
            self.deck.poller.remove(self.launched)
            self.launched = None

    def action_cancel(self) -> None:
        watch = self.launched
        if watch is None or (watch.backfill is not None and watch.backfill.finished):
            self.keys.say("no backfill of this plan is running", "dim")
            return
        question = f"Cancel backfill {watch.id}? No further run starts, those under way are ended."
        self.app.push_screen(
            ConfirmScreen(question, yes="Cancel the backfill"),
            lambda yes: self._cancel_if(yes, watch.id),
        )

    def _cancel_if(self, yes: bool | None, backfill_id: str) -> None:
        if yes:
            self.run_worker(self._cancel(backfill_id))

    async def _cancel(self, backfill_id: str) -> None:
        try:
            await cancel_backfill(self.deployment.client, backfill_id)
            self.keys.say(f"backfill {backfill_id} is being cancelled", "warn")
        except ApiError as error:
            self.keys.say(f"not cancelled: {error}", "bad")
        self.deck.poller.wake()


def _chosen(keys: PartitionKeys | None, text: str | None) -> tuple[str, ...]:
    """The partitions that a text names; the newest where it is None or empty."""
    if keys is None:
        return ()
    if not text:
        return keys.keys[-DAYS_AT_FIRST:]
    return tuple(keys.keys[at] for at in parse_partitions(text, keys))
