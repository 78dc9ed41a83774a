"""The commands typed after `:`: actions by their words, and commands with an argument."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from console.actions import offered_actions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.actions import Action

_WORD_BEFORE = re.compile(r"[^ (+,]*$")
_RANGE = re.compile(r"(?:^|\s)(?=[\[\d])")
"""Matches the start of the partitions in the argument of `:plan`."""


class BadCommand(ValueError):
    """Raised for a text that isn't a command; the message names the nearest one."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command that takes an argument; `words` describes it."""

    name: str
    argument: str
    words: str
    mutates: bool = False
    optional: bool = False

    @property
    def usage(self) -> str:
        return f":{self.name} {self.argument}".rstrip()


COMMANDS = (
    Command("asset", "KEY", "show an asset"),
    Command("run", "ID", "open a run, by its id or how it begins"),
    Command("backfill", "ID", "show how a backfill goes on"),
    Command("plan", "SELECTION [RANGE]", "plan a backfill: `:plan dlt_x+ [a...b]`", mutates=True),
    Command("filter", "TEXT", "filter the list in view, as / does", optional=True),
    Command("theme", "NAME", "draw with another theme, and keep it"),
    Command("profile", "NAME", "go to another deployment of config.toml"),
    Command("q", "", "quit", optional=True),
)


@dataclass(frozen=True, slots=True)
class Typed:
    """A parsed command: a command with its argument, or an action of the table."""

    does: Command | Action
    argument: str = ""


def parse_command(text: str, screen: str, *, read_only: bool) -> Typed:
    """Parses a command typed on the screen of that name. Raises BadCommand.

    An action's full words take precedence over a command. An unambiguous beginning of an
    action's words is enough.
    """
    line = text.strip().removeprefix(":").strip()
    name, _, argument = line.partition(" ")
    commands = {command.name: command for command in COMMANDS}
    typed = commands.get(name.lower())
    actions = _by_words(screen, read_only=False)
    action = actions.get(line.rstrip("…").lower())
    if action is None and typed is not None and (typed.argument or not argument):
        return _with_argument(typed, argument.strip(), read_only=read_only)
    action = action or _only_begun_so(line.lower(), actions)
    if action is None:
        raise BadCommand(_no_such(line, [*commands, *_by_words(screen, read_only=read_only)]))
    if read_only and action.mutates:
        raise BadCommand(f"read-only: `{line}` would change something, and is not done")
    return Typed(action)


def _with_argument(command: Command, argument: str, *, read_only: bool) -> Typed:
    if read_only and command.mutates:
        raise BadCommand(f"read-only: `:{command.name}` is for what changes something")
    if not argument and not command.optional:
        raise BadCommand(f"`{command.usage}` is expected: {command.words}")
    return Typed(command, argument)


def selection_and_range(argument: str) -> tuple[str, str | None]:
    """The selection and the range in the argument of `:plan`; the range begins with `[` or a digit."""
    match = _RANGE.search(argument)
    if match is None:
        return argument.strip(), None
    return argument[: match.start()].strip(), argument[match.end() :].strip()


def completions(
    text: str, screen: str, known: Mapping[str, Sequence[str]], *, read_only: bool
) -> list[str]:
    """The complete lines that `text` may become; `known` has the arguments by command name."""
    name, blank, argument = text.partition(" ")
    if blank and name.lower() in known:
        last_word = _WORD_BEFORE.search(argument)
        word = last_word[0] if last_word else ""
        prefix = text[: len(text) - len(word)]
        names = known[name.lower()]
        starting = [known_name for known_name in names if known_name.startswith(word)]
        containing = [
            known_name
            for known_name in names
            if word.lower() in known_name.lower() and known_name not in starting
        ]
        return [prefix + known_name for known_name in (*starting, *containing)]
    command_lines = [
        f"{command.name} " if command.argument else command.name
        for command in _commands(read_only=read_only)
    ]
    lines = [*command_lines, *_by_words(screen, read_only=read_only)]
    return [line for line in lines if line.startswith(text.lower())]


def _commands(*, read_only: bool) -> list[Command]:
    return [command for command in COMMANDS if not (read_only and command.mutates)]


def _by_words(screen: str, *, read_only: bool) -> dict[str, Action]:
    """The actions by their words; the screen's own take precedence over those of EVERYWHERE."""
    actions = offered_actions(screen, read_only=read_only)
    return {action.words.rstrip("…").lower(): action for action in reversed(actions)}


def _only_begun_so(line: str, actions: Mapping[str, Action]) -> Action | None:
    matching = [action for words, action in actions.items() if line and words.startswith(line)]
    return matching[0] if len(matching) == 1 else None


def _no_such(line: str, names: Sequence[str]) -> str:
    starting = [name for name in names if line and name.startswith(line.lower())]
    near = starting or get_close_matches(line.lower(), names, n=1, cutoff=0.5)
    if not near:
        return f"no command `{line}`; tab shows what there is"
    return f"no command `{line}`; did you mean `{'`, `'.join(near[:3])}`?"
