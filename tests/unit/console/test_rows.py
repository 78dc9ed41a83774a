import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.grid.asset_status import AssetStatus, Latest, row_of
from console.domain.partitions.keys import PartitionKeys
from console.domain.runs.run import Run, RunStatus
from console.domain.status.spans import Span
from console.domain.status.states import State

KEY = ("asset",)
KEYS = PartitionKeys(("d1", "d2", "d3", "d4"))
M, F, R, Q, N = State.MATERIALIZED, State.FAILED, State.RUNNING, State.QUEUED, State.MISSING


def _states(
    *spans: tuple[str, str, State],
    runs: tuple[Run, ...] = (),
    keys: PartitionKeys | None = KEYS,
    undecided: bool = False,
    materializable: bool = True,
) -> list[State]:
    status = AssetStatus(
        KEY, True, len(KEYS), spans=tuple(Span(*span) for span in spans), undecided=undecided
    )
    row = row_of(status, keys, runs, at=1.0, materializable=materializable)
    return [State(state) for state in row.states]


def _whole(latest: Latest, *runs: Run, materializable: bool = True) -> State:
    row = row_of(AssetStatus(KEY, False, latest=latest), None, runs, 1.0, materializable)
    assert row.total == 1
    return State(row.states[0])


def _run(status: RunStatus, first: str = "", last: str = "", asset: tuple[str, ...] = KEY) -> Run:
    tags = {
        "dagster/asset_partition_range_start": first,
        "dagster/asset_partition_range_end": last or first,
    }
    return Run("r1", status, assets=(asset,), tags=tags if first else {})


def test_a_partition_in_no_span_is_missing() -> None:
    assert _states(("d2", "d3", M)) == [N, M, M, N]


def test_a_later_span_wins() -> None:
    assert _states(("d1", "d4", M), ("d3", "d3", F)) == [M, M, F, M]


@pytest.mark.parametrize("span", [("d9", "d2", M), ("d1", "d9", M), ("d3", "d1", M), ("", "", M)])
def test_a_span_with_unknown_or_turned_ends_paints_nothing(span: tuple[str, str, State]) -> None:
    assert _states(span) == [N, N, N, N]


def test_a_cell_that_only_a_queued_run_has_is_queued() -> None:
    assert _states(("d2", "d3", R), runs=(_run(RunStatus.QUEUED, "d2", "d3"),)) == [N, Q, Q, N]


def test_a_cell_that_a_started_run_has_is_running() -> None:
    assert _states(("d2", "d2", R), runs=(_run(RunStatus.STARTED, "d2"),)) == [N, R, N, N]


def test_a_queued_run_changes_nothing_where_the_server_does_not_see_it() -> None:
    assert _states(("d1", "d4", M), runs=(_run(RunStatus.QUEUED, "d2"),)) == [M, M, M, M]


@pytest.mark.parametrize("ends", [("d9", "d9"), ("d1", "d9"), ("d4", "d1")])
def test_a_queued_run_of_keys_that_are_gone_marks_nothing(ends: tuple[str, str]) -> None:
    assert _states(("d1", "d4", R), runs=(_run(RunStatus.QUEUED, *ends),)) == [R, R, R, R]


def test_another_assets_run_marks_nothing() -> None:
    other = _run(RunStatus.QUEUED, "d1", asset=("other",))
    assert _states(("d1", "d1", R), runs=(other,)) == [R, N, N, N]


def test_without_keys_or_in_an_unread_form_every_cell_is_unknown() -> None:
    assert _states(("d1", "d4", M), keys=None) == [State.UNKNOWN] * 4
    assert _states(("d1", "d4", M), undecided=True) == [State.UNKNOWN] * 4


def test_an_external_asset_misses_nothing() -> None:
    assert _states(("d2", "d2", M), materializable=False)[0] is State.OUTSIDE
    assert _whole(Latest(), materializable=False) is State.OUTSIDE


@pytest.mark.parametrize(
    ("latest", "state"),
    [
        (Latest(), N),
        (Latest(5.0, "a", last_run_id="a", last_run_status=RunStatus.SUCCESS), M),
        (Latest(None, None, None, "b", RunStatus.FAILURE, 9.0), F),
        (Latest(5.0, "a", None, "b", RunStatus.FAILURE, 9.0), F),
        (Latest(5.0, "a", None, "b", RunStatus.FAILURE, None), F),
        (Latest(5.0, "a", None, "b", RunStatus.FAILURE, 4.0), M),
        (Latest(5.0, "b", None, "b", RunStatus.FAILURE, 9.0), M),
        (Latest(5.0, "a", None, "b", RunStatus.CANCELED, 9.0), M),
    ],
)
def test_an_asset_without_partitions_is_as_its_last_run_left_it(
    latest: Latest, state: State
) -> None:
    assert _whole(latest) is state


def test_a_failed_run_in_which_the_asset_itself_was_made_leaves_it_materialized() -> None:
    assert _whole(Latest(5.0, "r", None, "r", RunStatus.FAILURE, 9.0)) is M


def test_an_asset_without_partitions_is_running_before_it_is_queued() -> None:
    queued, started = _run(RunStatus.QUEUED), _run(RunStatus.STARTED)
    assert _whole(Latest(), queued) is Q
    assert _whole(Latest(), queued, started) is R
    assert _whole(Latest(5.0, "a"), _run(RunStatus.STARTING)) is R


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*KEYS.keys, "gone"]),
            st.sampled_from([*KEYS.keys, "gone"]),
            st.sampled_from([M, F, R]),
        )
    )
)
def test_a_row_has_one_cell_for_each_key_whatever_the_server_tells(
    spans: list[tuple[str, str, State]],
) -> None:
    assert len(_states(*spans)) == len(KEYS)
