"""Whether a console waits for an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api.client import IN_FLIGHT

if TYPE_CHECKING:
    from console.app import Deck


def is_asking(deck: Deck) -> bool:
    """Whether an answer is on its way."""
    waiting = any(worker.is_running and worker.name != "poller" for worker in deck.workers)
    return waiting or deck.deployment.client._slots._value < IN_FLIGHT
