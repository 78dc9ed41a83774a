"""The least a Textual app can do: one line, changed by each key."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

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
