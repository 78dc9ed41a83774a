"""A launch as a state machine: nothing is sent twice, in whatever order things happen.

Every event names its launch, so an event of another launch changes nothing. The mutation
belongs to the one way from Looking to Sent, and a launch passes it at most once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.domain.runs.launched import Launched


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing is under way; `why` the launch before was not sent."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class Confirming:
    """A person is asked."""

    launch: str


@dataclass(frozen=True, slots=True)
class Looking:
    """It was confirmed, and the deployment is read once more."""

    launch: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The mutation is on its way."""

    launch: str


@dataclass(frozen=True, slots=True)
class Known:
    """The outcome is known: `launched` runs, or nothing was launched and `why`."""

    launch: str
    launched: Launched | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """It was sent and the outcome is unknown: `why`."""

    launch: str
    why: str
    answered: bool = False
    """The server has ended its work on it, in an error: it takes effect at once or never."""


LaunchState = Idle | Confirming | Looking | Sent | Known | Unknown


@dataclass(frozen=True, slots=True)
class Ask:
    launch: str


@dataclass(frozen=True, slots=True)
class Confirm:
    launch: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Declined, or given up before it was sent."""

    launch: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Send:
    launch: str


@dataclass(frozen=True, slots=True)
class Settle:
    """The server's answer settles the outcome."""

    launch: str
    launched: Launched | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Lose:
    """No answer came, or one that leaves it open."""

    launch: str
    why: str
    answered: bool = False


LaunchEvent = Ask | Confirm | Withdraw | Send | Settle | Lose


def after(state: LaunchState, event: LaunchEvent) -> LaunchState:
    """The state after `event`; the same object where the event doesn't belong there."""
    if isinstance(event, Ask):
        free = isinstance(state, Idle | Confirming | Known)
        return Confirming(event.launch) if free else state
    if isinstance(state, Idle) or state.launch != event.launch:
        return state
    match state, event:
        case Confirming(), Confirm():
            return Looking(event.launch)
        case Confirming() | Looking(), Withdraw(why=why):
            return Idle(why)
        case Looking(), Send():
            return Sent(event.launch)
        case Sent() | Unknown(), Settle(launched=launched, why=why):
            return Known(event.launch, launched, why)
        case Sent(), Lose(why=why, answered=answered):
            return Unknown(event.launch, why, answered)
    return state


def in_flight(state: LaunchState) -> bool:
    """Whether it was sent and isn't known yet."""
    return isinstance(state, Sent | Unknown)


def words(state: LaunchState) -> str:
    """The state in a sentence; empty where there is nothing to say."""
    match state:
        case Looking():
            return "looking once more before launching …"
        case Sent():
            return "sent; waiting for Dagster's answer …"
        case Unknown(why=why):
            return f"{why}; not known whether it runs, looking for it …"
        case Known(launched=None, why=why) | Idle(why=why):
            return f"not launched: {why}" if why else ""
        case Known(launched=launched) if launched is not None:
            return f"launched as {launched.text}"
    return ""


def left_behind(state: LaunchState) -> str:
    """The sentence on a launch for somebody who leaves now; empty where nothing was sent."""
    match state:
        case Sent(launch=launch) | Unknown(launch=launch):
            return (
                "sent, no answer yet; not known whether it runs: "
                f"`dagdeck backfill --watch {launch}` looks for it; don't launch it again before"
            )
        case Known(launched=launched) if launched is not None:
            return f"{launched.text} goes on; `dagdeck backfill --watch {launched.id}`"
    return ""
