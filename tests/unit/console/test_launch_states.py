"""In whatever order things happen, a launch is sent at most once for each confirmation."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.domain.runs.launched import Launched
from console.planner.launch_states import (
    Ask,
    Confirm,
    Confirming,
    Idle,
    Known,
    LaunchEvent,
    LaunchState,
    Looking,
    Lose,
    Send,
    Sent,
    Settle,
    Unknown,
    Withdraw,
    after,
    in_flight,
    left_behind,
    words,
)

NAMES = ("one", "two")
RUNS = Launched("abcdefgh", None)
EVENTS: list[LaunchEvent] = [
    event
    for name in NAMES
    for event in (
        Ask(name),
        Confirm(name),
        Withdraw(name, "changed"),
        Send(name),
        Settle(name, RUNS),
        Settle(name, None, "refused"),
        Lose(name, "timed out"),
        Lose(name, "an error", answered=True),
    )
]
ORDERS = st.lists(st.sampled_from(EVENTS), max_size=40)


Step = tuple[LaunchState, LaunchEvent, LaunchState]


def steps(events: list[LaunchEvent]) -> list[Step]:
    found: list[Step] = []
    state: LaunchState = Idle()
    for event in events:
        then = after(state, event)
        found.append((state, event, then))
        state = then
    return found


def is_sent(before: LaunchState, then: LaunchState) -> bool:
    return isinstance(then, Sent) and not isinstance(before, Sent)


@given(ORDERS)
def test_nothing_is_sent_more_often_than_it_was_confirmed(events: list[LaunchEvent]) -> None:
    taken = steps(events)
    sent = sum(is_sent(before, then) for before, _, then in taken)
    confirmed = sum(
        isinstance(event, Confirm) and then is not before for before, event, then in taken
    )
    assert sent <= confirmed


@given(ORDERS)
def test_between_two_sendings_the_first_has_become_known(events: list[LaunchEvent]) -> None:
    open_launch = False
    for before, _, then in steps(events):
        if is_sent(before, then):
            assert not open_launch
            open_launch = True
        if isinstance(then, Known) and isinstance(before, Sent | Unknown):
            open_launch = False


@given(ORDERS)
def test_only_what_was_asked_and_confirmed_is_sent(events: list[LaunchEvent]) -> None:
    for before, _, then in steps(events):
        if is_sent(before, then):
            assert isinstance(before, Looking)
        if isinstance(then, Looking) and not isinstance(before, Looking):
            assert isinstance(before, Confirming)


@given(ORDERS, st.sampled_from(NAMES))
def test_a_sent_launch_stays_sent_until_the_server_tells_its_outcome(
    events: list[LaunchEvent], name: str
) -> None:
    for before, event, then in steps([Ask(name), Confirm(name), Send(name), *events]):
        if in_flight(before) and not in_flight(then):
            assert isinstance(event, Settle)


@given(ORDERS)
def test_an_event_of_another_launch_changes_nothing(events: list[LaunchEvent]) -> None:
    for before, event, then in steps(events):
        named = None if isinstance(before, Idle) else before.launch
        if not isinstance(event, Ask) and named != event.launch:
            assert then is before


def test_a_confirmation_while_it_is_looked_at_once_more_sends_nothing_twice() -> None:
    looking = after(after(Idle(), Ask("one")), Confirm("one"))
    assert after(looking, Ask("two")) is looking
    assert after(looking, Confirm("one")) is looking
    assert after(after(looking, Send("one")), Send("one")) == Sent("one")


def test_every_state_in_which_something_may_run_tells_how_to_find_it() -> None:
    for state in (Sent("one"), Unknown("one", "timed out")):
        assert "--watch one" in left_behind(state)
        assert words(state)
    assert "--watch abcdefgh" in left_behind(Known("one", RUNS))
    assert left_behind(Known("one", None, "refused")) == left_behind(Looking("one")) == ""
