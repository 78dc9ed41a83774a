"""A line to type at the bottom of a screen, checked before it is taken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import Vertical
from textual.suggester import Suggester
from textual.widgets import Static

from console.domain.text import one_line
from console.widgets.common.prompt import Prompt
from console.widgets.common.styles import PANEL, style

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.widgets import Input
SELECTION_HINT = "a name, group:x, status:failed, x+ with all downstream; and or not; → completes"
_WORD_BEFORE = re.compile(r"[^ (+,]*$")


class LastWord(Suggester):
    """Completes the word that is being typed, from the first of `words` that begins so."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._words = words

    async def get_suggestion(self, value: str) -> str | None:
        found = _WORD_BEFORE.search(value)
        begun = found[0] if found else ""
        if not begun:
            return None
        whole = next((word for word in self._words if word.startswith(begun)), None)
        return value + whole[len(begun) :] if whole else None


class Question(Vertical):
    """Hidden till it is asked; a text that `check` has a complaint about is not taken.

    It is part of the screen rather than a screen of its own, so that the very next key
    after the one that asks is already typed into it.
    """

    DEFAULT_CSS = """
    Question { height: auto; display: none; background: $panel; padding: 0 1; }
    Question Static { background: $panel; height: auto; }
    Question Prompt, Question Prompt:focus { dock: none; padding: 0; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._label = Static()
        self._prompt = Prompt("")
        self._hint = Static()
        self._check: Callable[[str], str | None] = lambda _: None
        self._take: Callable[[str], None] = lambda _: None

    def compose(self) -> ComposeResult:
        yield self._label
        yield self._prompt
        yield self._hint

    def ask(
        self,
        label: str,
        value: str,
        check: Callable[[str], str | None],
        take: Callable[[str], None],
        *,
        hint: str = "",
        suggestions: Sequence[str] = (),
        line_joint: str = ", ",
    ) -> None:
        """`check` says in a sentence what is wrong with a text, None when nothing is.

        `line_joint` stands between the lines of a paste.
        """
        self._prompt.line_joint = line_joint
        self._check, self._take = check, take
        self._label.update(Text(label, style("text", PANEL, bold=True)))
        self._hint.update(Text(hint, style("dim", PANEL)))
        self._prompt.suggester = LastWord(suggestions) if suggestions else None
        self.display = True
        self._prompt.ask(value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        problem = self._check(event.value)
        if problem is None:
            self._leave()
            self._take(event.value)
        else:
            self._hint.update(Text(one_line(problem), style("bad", PANEL)))

    def on_prompt_cancelled(self, event: Prompt.Cancelled) -> None:
        event.stop()
        self._leave()

    def _leave(self) -> None:
        self._prompt.hide()
        self.display = False
        self.screen.set_focus(None)
