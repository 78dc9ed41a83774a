"""The least a Textual app can do: one line, changed by each key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import App, ComposeResult
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.binding import BindingType

READY = "ready"


class EmptyApp(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [("down,right,left,pageup,pagedown", "count", "count")]
    keys = 0

    def compose(self) -> ComposeResult:
        yield Static(READY)

    def action_count(self) -> None:
        self.keys += 1
        self.query_one(Static).update(f"{READY} {self.keys}")


if __name__ == "__main__":
    EmptyApp().run()
