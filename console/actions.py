"""The table of actions, which keys, footer, help and palette read."""

from __future__ import annotations

from dataclasses import dataclass

EVERYWHERE = ""


@dataclass(frozen=True, slots=True)
class Action:
    """An action of a screen; `id` names the method `action_<id>`."""

    id: str
    keys: str
    """Textual's key names, comma-separated; the first is shown."""
    words: str
    screen: str = EVERYWHERE
    footer: bool = False
    mutates: bool = False
    """Whether it changes the deployment; it is then not bound when read-only."""


ACTIONS = (
    Action("show_screen('overview')", "1", "overview", footer=True),
    Action("show_screen('assets')", "2", "assets", footer=True),
    Action("show_screen('partitions')", "3", "partitions", footer=True),
    Action("show_screen('runs')", "4", "runs", footer=True),
    Action("show_screen('planner')", "5", "planner", footer=True),
    Action("show_screen('freshness')", "6", "freshness", footer=True),
    Action("show_screen('backfills')", "8", "backfills", footer=True),
    Action("help", "question_mark,f1", "help"),
    Action("find", "ctrl+f", "find an asset"),
    Action("find_run", "ctrl+o", "open a run by its id"),
    Action("command_palette", "ctrl+p", "commands"),
    Action("command_line", "colon", "type a command: asset KEY, run ID, plan…"),
    Action("look_now", "ctrl+r", "ask Dagster now"),
    Action("next_theme", "ctrl+t", "next theme"),
    Action("go_back", "escape", "back: window, filter, screen before"),
    Action("step(-1)", "alt+left", "the screen looked at before"),
    Action("step(1)", "alt+right", "forward again"),
    Action("copy_address", "Y", "copy its address in the web UI"),
    Action("quit", "q,ctrl+q,ctrl+c", "quit"),
    # overview
    Action("move(-1)", "up,k", "line above", "overview"),
    Action("move(1)", "down,j", "line below", "overview"),
    Action("page(-1)", "pageup", "a page up", "overview"),
    Action("page(1)", "pagedown,space", "a page down", "overview"),
    Action("end(-1)", "home,g", "first", "overview"),
    Action("end(1)", "end,G", "last", "overview"),
    Action("open", "enter", "open", "overview", footer=True),
    Action("plan_retry", "r", "plan a retry", "overview", footer=True, mutates=True),
    Action("partitions", "p", "its partitions", "overview", footer=True),
    Action("filter_lines", "slash", "filter", "overview", footer=True),
    Action("since", "s", "failures since…", "overview", footer=True),
    Action("map", "m", "its place in the map", "overview", footer=True),
    Action("acknowledge", "a", "acknowledge a cause", "overview"),
    # assets
    Action("move('up')", "up,k", "previous in the column", "assets"),
    Action("move('down')", "down,j", "next in the column", "assets"),
    Action("move('left')", "left,h", "upstream", "assets"),
    Action("move('right')", "right,l", "downstream", "assets"),
    Action("centre", "enter", "centre", "assets", footer=True),
    Action("hops(1)", "plus,equals_sign", "more hops; unfold a group", "assets"),
    Action("hops(-1)", "minus", "fewer hops; fold its group", "assets"),
    Action("way", "w", "the ways to another asset", "assets"),
    Action("select", "s", "a selection", "assets"),
    Action("cells", "c", "its failed, missing, stale cells as text", "assets"),
    Action("copy", "y", "copy these cells, or its name", "assets"),
    Action("page(-1)", "pageup", "scroll the panel up", "assets"),
    Action("page(1)", "pagedown,space", "scroll the panel down", "assets"),
    Action("find", "slash", "find", "assets", footer=True),
    Action("partitions", "p", "partitions", "assets", footer=True),
    Action("plan", "b", "plan a backfill", "assets", footer=True, mutates=True),
    Action("groups", "g", "by group", "assets", footer=True),
    Action("tree", "t", "tree", "assets", footer=True),
    # partitions
    Action("move(-1, 0)", "up,k", "asset above", "partitions"),
    Action("move(1, 0)", "down,j", "asset below", "partitions"),
    Action("move(0, -1)", "left,h", "partition before", "partitions"),
    Action("move(0, 1)", "right,l", "partition after", "partitions"),
    Action("page(-1)", "pageup", "a page back", "partitions"),
    Action("page(1)", "pagedown", "a page on", "partitions"),
    Action("page_lines(-1)", "ctrl+u", "a page up", "partitions"),
    Action("page_lines(1)", "ctrl+d", "a page down", "partitions"),
    Action("end(-1)", "home", "first partition", "partitions"),
    Action("end(1)", "end", "last partition", "partitions"),
    Action("bad(1)", "n", "next bad", "partitions", footer=True),
    Action("bad(-1)", "N", "bad cell before", "partitions"),
    Action("bad_across(1)", "],shift+right", "next bad cell of the line", "partitions"),
    Action("bad_across(-1)", "[,shift+left", "bad cell before in the line", "partitions"),
    Action("bad_along(1)", "},shift+down", "next bad cell of the column", "partitions"),
    Action("bad_along(-1)", "{,shift+up", "bad cell above in the column", "partitions"),
    Action("select", "v", "select", "partitions", footer=True),
    Action("plan", "b", "plan a backfill", "partitions", footer=True, mutates=True),
    Action("plan_failed", "R", "plan a retry of the failed ones", "partitions", mutates=True),
    Action("open_run", "enter", "run", "partitions", footer=True),
    Action("zoom(1)", "z", "zoom", "partitions", footer=True),
    Action("zoom(-1)", "Z", "less time in a column", "partitions"),
    Action("go_to", "g", "go to", "partitions", footer=True),
    Action("filter", "s", "select assets by Dagster's syntax", "partitions"),
    Action("read", "r", "read rows, time or age instead of states", "partitions"),
    Action("only_bad", "B", "only rows with bad cells", "partitions"),
    Action("order", "o", "order: graph, name, badness", "partitions"),
    Action("fold", "f", "fold the group", "partitions"),
    Action("fold_all", "F", "fold all groups", "partitions"),
    Action("open", "e", "each key of a second dimension", "partitions"),
    Action("all_bad", "c", "all bad in sight or selected, as text", "partitions"),
    Action("copy", "y", "the cells of this state as text", "partitions"),
    Action("map", "m", "its place in the map", "partitions"),
    Action("filter_lines", "slash", "filter by name: words, !not, /regex/", "partitions"),
    # runs
    Action("move(-1)", "up,k", "run above", "runs"),
    Action("move(1)", "down,j", "run below", "runs"),
    Action("page(-1)", "pageup", "a page up", "runs"),
    Action("page(1)", "pagedown", "a page down", "runs"),
    Action("end(-1)", "home,g", "newest", "runs"),
    Action("end(1)", "end,G", "oldest loaded", "runs"),
    Action("open", "enter", "open", "runs", footer=True),
    Action("find_run", "o", "open a run by its id", "runs"),
    Action("terminate", "x", "terminate", "runs", footer=True, mutates=True),
    Action("filter_lines", "slash", "filter those read: words !not /regex/", "runs"),
    Action("filter('')", "a", "all", "runs", footer=True),
    Action("filter('failed')", "f", "failed", "runs", footer=True),
    Action("filter('active')", "r", "running, queued", "runs", footer=True),
    Action("filter('success')", "s", "succeeded", "runs", footer=True),
    # one run
    Action("move(-1)", "up,k", "line up", "run"),
    Action("move(1)", "down,j", "line down", "run"),
    Action("page(-1)", "pageup", "page up", "run"),
    Action("page(1)", "pagedown,space", "page down", "run"),
    Action("end(-1)", "home,g", "beginning", "run"),
    Action("end(1)", "end,G", "end", "run"),
    Action("follow", "F", "follow", "run", footer=True),
    Action("find", "slash", "search", "run", footer=True),
    Action("found(1)", "n", "next found", "run"),
    Action("found(-1)", "N", "found before", "run"),
    Action("error", "e", "next error", "run", footer=True),
    Action("fold", "enter", "unfold", "run", footer=True),
    Action("wrap", "w", "wrap", "run"),
    Action("times", "t", "times: clock, since start, none", "run"),
    Action("chatter", "d", "the engine's own events", "run"),
    Action("stream", "s", "stdout, stderr", "run", footer=True),
    Action("terminate", "x", "terminate", "run", footer=True, mutates=True),
    # planner
    Action("launch", "enter", "launch…", "planner", footer=True, mutates=True),
    Action("move(-1)", "up,k", "cell above", "planner"),
    Action("move(1)", "down,j", "cell below", "planner"),
    Action("page(-1)", "pageup", "a page up", "planner"),
    Action("page(1)", "pagedown", "a page down", "planner"),
    Action("edit_assets", "a", "assets", "planner", footer=True),
    Action("edit_partitions", "p", "partitions", "planner", footer=True),
    Action("find", "slash", "find an asset", "planner"),
    Action("toggle_downstream", "d", "downstream", "planner", footer=True),
    Action("toggle_fresh", "f", "run fresh ones too", "planner"),
    Action("toggle_state('missing')", "M", "run missing ones", "planner"),
    Action("toggle_state('failed')", "X", "run failed ones", "planner"),
    Action("toggle_state('stale')", "S", "run stale ones", "planner"),
    Action("parallel(1)", "plus,equals_sign", "more at once", "planner"),
    Action("parallel(-1)", "minus", "fewer at once", "planner"),
    Action("exclude", "space", "exclude", "planner", footer=True),
    Action("expand", "e", "each partition", "planner", footer=True),
    Action("group", "g", "by asset, reason, run", "planner"),
    Action("why", "w", "why, in full", "planner"),
    Action("open_run", "o", "its run", "planner"),
    Action("cancel", "x", "cancel the backfill", "planner", mutates=True),
    # backfills
    Action("move(-1)", "up,k", "backfill above", "backfills"),
    Action("move(1)", "down,j", "backfill below", "backfills"),
    Action("page(-1)", "pageup", "a page up", "backfills"),
    Action("page(1)", "pagedown", "a page down", "backfills"),
    Action("end(-1)", "home,g", "newest", "backfills"),
    Action("end(1)", "end,G", "oldest loaded", "backfills"),
    Action("open", "enter", "watch", "backfills", footer=True),
    Action("cells", "c", "cells", "backfills", footer=True),
    Action("runs", "r", "runs", "backfills", footer=True),
    Action("plan_left", "b", "plan the rest", "backfills", footer=True, mutates=True),
    Action("cancel", "x", "cancel", "backfills", footer=True, mutates=True),
    Action("filter_lines", "slash", "filter those read", "backfills", footer=True),
    # freshness
    Action("move(-1)", "up,k", "asset above", "freshness"),
    Action("move(1)", "down,j", "asset below", "freshness"),
    Action("page(-1)", "pageup", "a page up", "freshness"),
    Action("page(1)", "pagedown", "a page down", "freshness"),
    Action("end(-1)", "home,g", "most urgent", "freshness"),
    Action("end(1)", "end,G", "least urgent", "freshness"),
    Action("map", "enter,m", "map", "freshness", footer=True),
    Action("partitions", "p", "partitions", "freshness", footer=True),
    Action("open_run", "o", "run", "freshness", footer=True),
    Action("plan", "b", "plan a backfill", "freshness", footer=True, mutates=True),
    Action("filter_lines", "slash", "filter", "freshness", footer=True),
)

_STEPS = ("move(", "page(", "end(", "step(", "go_back", "command_palette", "command_line")
"""Beginnings of the ids of actions that have keys only."""

KEY_LABELS = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "plus": "+",
    "minus": "-",
    "enter": "⏎",
    "escape": "esc",
    "space": "space",
    "ctrl+f": "^F",
    "ctrl+o": "^O",
    "ctrl+p": "^P",
    "ctrl+r": "^R",
    "ctrl+q": "^Q",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "alt+left": "alt+←",
    "alt+right": "alt+→",
    "left": "←",
    "right": "→",
    "home": "Home",
    "end": "End",
}

PLANS = frozenset(action.id for action in ACTIONS if action.mutates and "plan" in action.id)
"""The ids of actions that plan to materialize assets, which a user may be denied."""


def actions_of(screen: str, *, read_only: bool) -> list[Action]:
    """The actions of one screen, or those of EVERYWHERE, without mutating ones when read-only."""
    return [
        action
        for action in ACTIONS
        if action.screen == screen and not (read_only and action.mutates)
    ]


def offered_actions(screen: str, *, read_only: bool) -> list[Action]:
    """The actions that the palette and the command line offer on a screen; its own come first."""
    screen_actions = actions_of(screen, read_only=read_only) if screen else []
    global_actions = actions_of(EVERYWHERE, read_only=read_only)
    return [
        action for action in (*screen_actions, *global_actions) if not action.id.startswith(_STEPS)
    ]


def key_label(action: Action) -> str:
    """The label of the first key."""
    first = action.keys.split(",")[0]
    return KEY_LABELS.get(first, first)


def all_key_labels(action: Action) -> str:
    """The labels of all keys of the action."""
    return " ".join(KEY_LABELS.get(key, key) for key in action.keys.split(","))
