"""A screen that is laid out for no other size than the terminal's newest."""

from __future__ import annotations

from textual import events
from textual.message_pump import MessagePump


class NewestSize(MessagePump):
    """Stands first among a screen's bases.

    Textual sends a screen the size that it has just been laid out for. While two sizes are on their
    way at once, each layout would bring the other size back, without end.
    """

    def on_resize(self, event: events.Resize) -> None:
        if event.size != self.app.size:
            event.prevent_default()
