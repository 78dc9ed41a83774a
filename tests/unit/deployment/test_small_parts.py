"""The deployment's pieces that need no deployment."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from pipelines.deployment import ports
from pipelines.deployment.dagster_home import instance
from pipelines.deployment.errors import DeploymentError
from pipelines.deployment.first_backfill import targets_of
from pipelines.deployment.home import Home
from pipelines.deployment.logs import last_words
from pipelines.deployment.parts import without_password
from pipelines.deployment.processes import find, identity
from pipelines.deployment.state import State, read_state, write_atomically

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("content", ['{"ports": {"webserver": 30', "", "[]", '{"ports": 3}', "\0"])
def test_a_damaged_state_reads_as_an_empty_one(tmp_path: Path, content: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(content)
    assert read_state(path) == State()


def test_a_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    state = State(ports={"webserver": 3000}, processes={"webserver": identity(psutil.Process())})
    write_atomically(tmp_path / "state.json", state.model_dump_json())
    assert read_state(tmp_path / "state.json") == state


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    write_atomically(tmp_path / "state.json", "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(tmp_path / "state.json", "\ud800")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_a_process_of_the_same_pid_started_at_another_time_is_not_found() -> None:
    mine = identity(psutil.Process())
    assert find(mine) is not None
    assert find(mine.model_copy(update={"created": mine.created - 10})) is None


def test_the_next_free_port_is_taken_when_the_preferred_one_is_not_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as stranger:
        stranger.bind((ports.HOST, 0))
        stranger.listen()
        taken = stranger.getsockname()[1]
        monkeypatch.setitem(ports.PREFERRED, "webserver", taken)
        chosen = ports.first_free("webserver", ())
        assert chosen > taken
        assert ports.first_free("webserver", {chosen}) > chosen
        with pytest.raises(DeploymentError, match=f"Port {taken} for the webserver is in use by"):
            ports.demand_free("webserver", taken)


def test_a_port_that_is_being_let_go_of_is_waited_for() -> None:
    with socket.socket() as closing:
        closing.bind((ports.HOST, 0))
        port = closing.getsockname()[1]
        assert not ports.is_free(port)
        later = threading.Timer(0.2, closing.close)
        later.start()
        ports.demand_free("webserver", port)
        assert ports.is_free(port)
        later.join()


def test_the_telling_line_of_a_log_is_quoted_without_colours(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_text("ERROR of an earlier start\n")
    earlier = log.stat().st_size
    with log.open("a") as file:
        file.write("starting\n\x1b[31mValueError: bad port\x1b[0m\nshutting down\n\n")
    assert last_words(log, earlier) == "ValueError: bad port"


def test_the_last_line_is_quoted_when_none_tells_of_an_error(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_bytes(b"one\n\xfftwo\n")
    assert last_words(log).endswith("two")
    log.write_text("")
    assert last_words(log) == "it said nothing"


def test_the_lock_is_had_by_one_at_a_time(tmp_path: Path) -> None:
    home, order, inside = Home(tmp_path), [], threading.Event()

    def second() -> None:
        with home.locked(inside.set):
            order.append("second")

    with home.locked(lambda: None):
        thread = threading.Thread(target=second)
        thread.start()
        assert inside.wait(10)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def node(name: str, keys: list[str] | None, parents: list[str]) -> dict[str, Any]:
    return {
        "assetKey": {"path": [name]},
        "isMaterializable": True,
        "isPartitioned": keys is not None,
        "dependencyKeys": [{"path": [parent]} for parent in parents],
        "partitionKeyConnection": None if keys is None else {"results": keys},
    }


def test_the_first_backfill_takes_newest_partitions_and_what_is_downstream() -> None:
    newest_first = ["2026-01-03", "2026-01-02", "2026-01-01"]
    nodes = [
        node("daily", newest_first, []),
        node("mart", None, ["daily"]),
        node("alone", None, []),
    ]
    assert targets_of(nodes) == [
        {
            "assetKey": {"path": ["daily"]},
            "partitions": {"ranges": [{"start": "2026-01-01", "end": "2026-01-03"}]},
        },
        {"assetKey": {"path": ["mart"]}},
    ]


def test_a_partitioned_asset_without_keys_is_left_out_for_it_would_mean_all() -> None:
    assert targets_of([node("empty", [], [])]) == []


def test_a_url_is_shown_without_its_password() -> None:
    shown = without_password("postgresql://me:secret@db:5432/marts?password=secret")
    assert shown == "postgresql://me@db:5432/marts"


def test_the_parallel_limit_of_each_number_counts_each_backfill_by_itself(tmp_path: Path) -> None:
    runs = instance(Home(tmp_path), "postgresql://x")["concurrency"]["runs"]
    limits = {limit["key"]: limit for limit in runs["tag_concurrency_limits"]}
    assert limits["dagdeck/parallel-4"]["limit"] == 4
    assert limits["dagdeck/parallel-4"]["value"] == {"applyLimitPerUniqueValue": True}
