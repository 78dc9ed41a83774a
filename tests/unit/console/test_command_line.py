"""The real command as a subprocess: exit codes, and one sentence for each error."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from console.exits import INTERRUPTED
from console.headless.running import interrupted_at_once
from tests.unit.console.fake_server import FakeServer, as_dagster_writes, data, page, refused_url

DAGDECK = Path(sys.executable).with_name("dagdeck")
WITH_DAGSTER = [["status"], ["plan", "a"], ["backfill", "a", "--yes"], ["logs", "7c1f"]]
DONE, FAILED, USAGE, OUT_OF_REACH, REFUSED = range(5)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def _run(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    clean = {name: text for name, text in os.environ.items() if not name.startswith("DAGDECK_")}
    return subprocess.run(
        [str(DAGDECK), *arguments],
        env={**clean, "DAGDECK_HOME": str(home), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _sentence(done: subprocess.CompletedProcess[str], code: int) -> str:
    """What is said on stderr: one line, nothing on stdout, and this exit code."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert done.stderr.endswith("\n")
    lines = [line for line in done.stderr.splitlines() if not line.endswith(" …")]
    assert len(lines) == 1, done.stderr
    assert re.match(r"dagdeck( \w+)?: ", lines[0])
    assert "\x1b" not in lines[0]
    return lines[0]


@pytest.mark.parametrize("command", WITH_DAGSTER, ids=lambda command: command[0])
def test_dagster_out_of_reach_is_exit_three(command: list[str], home: Path) -> None:
    url = refused_url()
    said = _sentence(_run(home, *command, "--url", url), OUT_OF_REACH)
    assert f"Dagster at {url.removeprefix('http://')} does not accept connections" in said


def test_a_proxy_without_dagster_is_exit_three(server: FakeServer, home: Path) -> None:
    server.answer("*", page("<h1>Bad Gateway</h1>", 502))
    assert "HTTP 502" in _sentence(_run(home, "status", "--url", server.url), OUT_OF_REACH)


def test_a_closed_door_is_exit_four(server: FakeServer, home: Path) -> None:
    server.answer("*", page("<h1>Log in</h1>", 403))
    assert "refuses entry" in _sentence(_run(home, "status", "--url", server.url), REFUSED)


def test_something_else_than_dagster_is_exit_three(server: FakeServer, home: Path) -> None:
    server.answer("*", page("<html>nginx</html>"))
    said = _sentence(_run(home, "status", "--url", server.url), OUT_OF_REACH)
    assert "not as Dagster's GraphQL API does" in said


def test_text_from_dagster_cannot_steer_the_terminal(server: FakeServer, home: Path) -> None:
    server.answer("*", as_dagster_writes({"active": {"message": "\x1b]0;owned\x07\x1b[31mno"}}))
    assert "no" in _sentence(_run(home, "plan", "a", "--url", server.url), FAILED)


def test_a_read_only_backfill_is_exit_four_and_asks_nothing(server: FakeServer, home: Path) -> None:
    done = _run(home, "--read-only", "backfill", "a", "--yes", "--url", server.url)
    assert "read-only" in _sentence(done, REFUSED)
    assert server.asked == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["stauts"], "no command `stauts`; did you mean `status`?"),
        (["frobnicate"], "there are up, down"),
        (["plan"], "no assets named; a SELECTION such as dlt_entries+ is expected"),
        (["plan", "gruop:raw"], "no attribute `gruop:`; did you mean `group:`?"),
        (["plan", "--assets", "key:x-y"], '`x-y` must be quoted here: `key:"x-y"`'),
        (["logs"], "RUN"),
        (["plan", "a", "--run", "broken"], "no state `broken`"),
        (["plan", "a", "--parallel", "9"], "`9` is not a number from 1 to 8"),
        (["plan", "a", "--parallel", "²"], "`²` is not a number from 1 to 8"),
        (["status", "--url", "ftp://host"], "`ftp://host` is no address"),
        (["status", "--url", "http://host:99999"], "`http://host:99999` is no address"),
        (["status", "--nonsense"], "--nonsense"),
    ],
)
def test_wrong_usage_is_exit_two_and_names_what_is_wrong(
    arguments: list[str], named: str, home: Path
) -> None:
    assert named in _sentence(_run(home, *arguments), USAGE)


def test_the_console_without_a_terminal_says_what_to_use_instead(home: Path) -> None:
    assert "`dagdeck status` does not" in _sentence(_run(home), USAGE)


def _serve_one_asset(server: FakeServer) -> None:
    runs = {"__typename": "Runs", "results": []}
    node = {"assetKey": {"path": ["raw", "readings"]}, "isMaterializable": True, "groupName": "g"}
    server.answer("Structure", data({"version": "1", "assetNodes": [node]}))
    server.answer("Pulse", data({"active": runs, "newest": runs}))
    server.answer("Statuses", data({"assetNodes": [{**node, "isPartitioned": False}]}))
    server.answer("Runs", data({"runsOrError": runs}))
    server.answer("RunIds", data({"runIdsOrError": {"__typename": "RunIds", "results": []}}))
    server.answer("BackfillTitles", data({}))
    backfills = {"__typename": "PartitionBackfills", "results": []}
    server.answer("ActiveBackfills", data({"partitionBackfillsOrError": backfills}))
    server.answer("Makers", data({"assetNodeDefinitionCollisions": []}))
    server.answer("*", data({}))


def test_a_server_is_asked_once_what_it_can_tell_and_from_the_second_start_on_not_at_all(
    server: FakeServer, home: Path
) -> None:
    _serve_one_asset(server)
    server.answer("Introduction", data({"version": "1"}))
    asked = []
    for _ in range(2):
        assert _run(home, "status", "--url", server.url).returncode == DONE
        asked.append(server.operations)
        server.asked = []
    assert [operations.count("Introduction") for operations in asked] == [1, 0]
    assert sorted(asked[0]) == sorted([*asked[1], "Introduction"])


def test_an_unknown_asset_is_exit_two_and_names_the_nearest(server: FakeServer, home: Path) -> None:
    _serve_one_asset(server)
    said = _sentence(_run(home, "plan", "raw/raedings", "--url", server.url), USAGE)
    assert said == "dagdeck: no asset `raw/raedings`; did you mean `raw/readings`?"


def test_partitions_of_an_asset_without_any_are_exit_two(server: FakeServer, home: Path) -> None:
    _serve_one_asset(server)
    done = _run(home, "plan", "raw/readings", "--partitions", "d1", "--url", server.url)
    assert "raw/readings has no partitions" in _sentence(done, USAGE)


def test_an_unknown_run_is_exit_one(server: FakeServer, home: Path) -> None:
    _serve_one_asset(server)
    assert "7c1f" in _sentence(_run(home, "logs", "7c1f00", "--url", server.url), FAILED)


def test_a_backfill_that_nobody_confirms_is_exit_four_and_launches_nothing(
    server: FakeServer, home: Path
) -> None:
    _serve_one_asset(server)
    done = _run(home, "backfill", "raw/readings", "--url", server.url)
    assert done.returncode == REFUSED
    assert "nobody to ask; --yes launches without asking" in done.stderr.splitlines()[-1]
    assert server.mutations == []
    assert not (home / "mutations.jsonl").exists()


def test_an_asset_that_the_server_keeps_from_us_is_exit_four_and_says_who_keeps_it(
    server: FakeServer, home: Path
) -> None:
    _serve_one_asset(server)
    no = {"permission": "launch_partition_backfill", "value": False, "disabledReason": "finance's"}
    yes = {**no, "value": True}
    place = {"name": "money", "permissions": [no], "locationOrLoadError": {"__typename": "R"}}
    other = {**place, "name": "toys", "permissions": [yes]}
    node = {
        "assetKey": {"path": ["raw", "readings"]},
        "isMaterializable": True,
        "hasMaterializePermission": False,
        "repository": {"name": "r", "location": {"name": "money"}},
    }
    workspace = {"__typename": "Workspace", "locationEntries": [place, other]}
    told = {"version": "1", "permissions": [no], "assetNodes": [node]}
    server.answer("Structure", data({**told, "workspaceOrError": workspace}))
    done = _run(home, "backfill", "raw/readings", "--yes", "--url", server.url)
    assert done.returncode == REFUSED
    said = done.stderr.splitlines()[-1]
    assert "raw/readings: the server doesn't let you materialize it" in said
    assert "(code location money: finance's)" in said
    assert server.mutations == []


def test_a_server_that_allows_nothing_is_exit_four_and_named(
    server: FakeServer, home: Path
) -> None:
    _serve_one_asset(server)
    no = {"permission": "launch_partition_backfill", "value": False, "disabledReason": "read-only"}
    node = {"assetKey": {"path": ["readings"]}, "isMaterializable": True}
    server.answer("Structure", data({"version": "1", "permissions": [no], "assetNodes": [node]}))
    done = _run(home, "backfill", "*", "--yes", "--url", server.url)
    assert done.returncode == REFUSED, done.stderr
    assert "the server allows no launch (read-only)" in done.stderr
    assert server.mutations == []


def test_the_address_comes_from_the_environment_when_no_flag_gives_it(
    server: FakeServer, home: Path
) -> None:
    _serve_one_asset(server)
    done = _run(home, "status", DAGDECK_URL=server.url)
    assert done.returncode == DONE
    assert "raw/readings" in done.stdout


def test_help_is_exit_zero_and_names_every_command_and_exit_code(home: Path) -> None:
    done = _run(home, "--help")
    assert done.returncode == DONE
    assert all(name in done.stdout for name in ("status", "plan", "backfill", "logs", "up", "down"))
    assert "3 Dagster out of reach" in " ".join(done.stdout.split())
    assert done.stderr == ""


def test_status_is_cut_short_quietly_when_nobody_reads_it_any_more(
    server: FakeServer, home: Path
) -> None:
    _serve_one_asset(server)
    environment = {**os.environ, "DAGDECK_HOME": str(home), "DAGDECK_URL": server.url}
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as closed:
        done = subprocess.run(
            [str(DAGDECK), "status"],
            env=environment,
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.stderr == ""
    assert done.returncode == 128 + signal.SIGPIPE


def test_a_slow_plan_says_what_it_does_and_ends_at_ctrl_c(server: FakeServer, home: Path) -> None:
    server.silent = True
    with subprocess.Popen(
        [str(DAGDECK), "plan", "a", "--url", server.url],
        env={**os.environ, "DAGDECK_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as plan:
        assert plan.stderr is not None
        assert plan.stderr.readline() == "reading the deployment …\n"
        plan.send_signal(signal.SIGINT)
        out, said = plan.communicate(timeout=60)
    assert (out, said) == ("", "")
    assert plan.returncode == INTERRUPTED


def test_an_interrupt_ends_at_once_what_blocks_the_loop_and_is_as_before_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), interrupted_at_once():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_outside_the_main_thread_interrupts_are_left_as_they_are() -> None:
    def inside() -> object:
        with interrupted_at_once():
            return signal.getsignal(signal.SIGINT)

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(inside).result() is signal.getsignal(signal.SIGINT)


def test_a_warning_of_a_library_does_not_reach_the_terminal() -> None:
    code = (
        "import warnings; from console import cli; "
        "cli._run_to_its_end = lambda _: warnings.warn('odd', RuntimeWarning) or 0; cli.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
