"""`dagdeck doctor`: the real command, and each fault with what to do next."""

from __future__ import annotations

import json
import os
import subprocess
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from console.api.clock import nearest, seconds_ahead
from console.domain.health import Condition, Daemon, Health, Location, Ticking
from console.headless.checkup.finding import Verdict
from console.headless.checkup.local import findings_of
from console.headless.checkup.server import clock, healthy
from console.headless.checkup.terminal import terminal_kind, terminal_size
from tests.clock import dagdeck
from tests.fake_dagster.assets import Asset
from tests.fake_dagster.server import FakeDagster
from tests.fake_dagster.world import root
from tests.unit.console.fake_server import FakeServer, page, refused_url

NOW = time.time()
DONE, FAILED, USAGE, OUT_OF_REACH, REFUSED = range(5)


def _run(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """The command in an environment that says nothing of Dagster."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith("DAGDECK_")}
    places = {
        "DAGDECK_HOME": str(folder / "home"),
        "DAGDECK_CONFIG": str(folder / "config.toml"),
    }
    return subprocess.run(
        [*dagdeck(), "doctor", *arguments],
        env={**clean, **places, **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _findings(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    """The finding of each part; the last where there are many."""
    assert done.stderr == ""
    return {one["part"]: one for one in json.loads(done.stdout)["findings"]}


def test_a_deployment_that_is_well_is_told_part_by_part(tmp_path: Path) -> None:
    with FakeDagster(root([Asset("a", "g", made=NOW)], now=NOW)) as dagster:
        url = dagster.url
        done = _run(tmp_path, "--json", "--url", url)
    found = _findings(done)
    assert done.returncode == DONE, done.stdout
    assert found["address"]["words"] == f"{url}, by --url"
    assert "Dagster 1.13" in found["server"]["words"]
    assert found["clock"]["verdict"] == "good"
    assert found["allowed"]["verdict"] == "good"
    assert found["local"]["next"] == "`dagdeck up` starts it"


def test_the_page_holds_what_the_object_holds(tmp_path: Path) -> None:
    url = refused_url()
    told = _findings(_run(tmp_path, "--json", "--url", url))
    shown = "".join(_run(tmp_path, "--url", url).stdout.split())
    assert all("".join(one["words"].split()) in shown for one in told.values())
    assert "1atfault" in shown


def test_read_only_says_who_says_so(tmp_path: Path) -> None:
    with FakeDagster(root([Asset("a", "g", made=NOW)], now=NOW)) as dagster:
        found = _findings(_run(tmp_path, "--json", "--url", dagster.url, DAGDECK_READ_ONLY="1"))
    assert found["allowed"]["words"] == "reading alone: the console is read-only"


def test_a_server_out_of_reach_is_exit_three_and_the_rest_is_told(tmp_path: Path) -> None:
    done = _run(tmp_path, "--json", "--url", refused_url())
    found = _findings(done)
    assert done.returncode == OUT_OF_REACH
    assert "does not accept connections" in found["server"]["words"]
    assert "dagdeck up" in found["server"]["next"]
    assert {"terminal", "encoding", "configuration", "state"} <= set(found)


def test_a_server_that_refuses_entry_is_exit_four(server: FakeServer, tmp_path: Path) -> None:
    server.answer("*", page("<h1>Log in</h1>", 401))
    done = _run(tmp_path, "--json", "--url", server.url)
    assert done.returncode == REFUSED
    assert "dagdeck login" in _findings(done)["server"]["next"]


def test_a_fault_of_the_configuration_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[profiles.a]\nurl = 'h'\ncolor = 'red'")
    done = _run(tmp_path, "--json")
    found = _findings(done)
    assert done.returncode == USAGE
    assert "line 3: no setting `color`" in found["configuration"]["words"]
    assert "server" not in found


def test_an_address_that_is_none_is_exit_two(tmp_path: Path) -> None:
    done = _run(tmp_path, "--json", "--url", "ftp://host")
    assert done.returncode == USAGE
    assert "`ftp://host` is no address" in done.stdout


def test_a_state_folder_that_is_a_file_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    found = _findings(_run(tmp_path, "--json", "--url", refused_url()))
    assert found["state"]["verdict"] == "fault"
    assert "DAGDECK_HOME" in found["state"]["next"]


def test_the_password_in_an_address_is_not_shown(tmp_path: Path) -> None:
    url = refused_url().replace("http://", "http://me:sesame@")
    done = _run(tmp_path, "--url", url)
    assert "sesame" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("ahead", "verdict", "said"),
    [
        (None, Verdict.UNKNOWN, "bear no date"),
        (0.4, Verdict.GOOD, "within 5 s"),
        (90.0, Verdict.FAULT, "behind the server's"),
        (-90.0, Verdict.FAULT, "ahead of the server's"),
    ],
    ids=["untold", "same", "behind", "ahead"],
)
def test_clocks_that_differ_are_a_fault(ahead: float | None, verdict: Verdict, said: str) -> None:
    found = clock(ahead)
    assert found.verdict is verdict
    assert said in found.words


@pytest.mark.parametrize(
    ("sent", "answered", "ahead"),
    [
        (898.0, 903.0, 97.0),
        (998.0, 1_003.0, 0.0),
        (1_000.6, 1_000.8, 0.0),
        (1_091.0, 1_093.0, -90.0),
    ],
    ids=["ahead", "meanwhile", "cut to the second", "behind"],
)
def test_a_date_between_question_and_answer_is_of_the_same_clock(
    sent: float, answered: float, ahead: float
) -> None:
    assert seconds_ahead(formatdate(1_000, usegmt=True), sent, answered) == ahead


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [(None, None, None), (None, -11.0, -11.0), (-11.0, None, -11.0), (-11.0, 0.0, 0.0)],
)
def test_an_old_date_of_a_busy_server_is_no_difference_of_clocks(
    before: float | None, now: float | None, told: float | None
) -> None:
    assert nearest(before, now) == told
    assert nearest(now, before) == told


@pytest.mark.parametrize("date", [None, "yesterday"], ids=["none", "unreadable"])
def test_an_answer_without_a_date_tells_no_clock(date: str | None) -> None:
    assert seconds_ahead(date, 0.0, 1.0) is None


def test_each_fault_of_the_deployment_has_a_next_step() -> None:
    locations = [Location("good", Condition.GOOD), Location("ill", Condition.BAD, "no module x")]
    daemons = (Daemon("ASSET", healthy=True), Daemon("SENSOR", healthy=False, heartbeat=1.0))
    ticking = (Ticking("nightly", "schedule", status="FAILURE", error="boom"),)
    found = healthy(locations, Health(daemons, ticking))
    ill = {one.part: one for one in found if one.verdict is Verdict.FAULT}
    assert set(ill) == {"location", "daemon", "schedule"}
    assert all(one.next_step for one in ill.values())
    assert ill["location"].words == "location ill failed to load: no module x"
    assert [one.words for one in found if one.part == "daemons"] == ["1 of 2 well: asset"]


def test_a_daemon_that_starts_is_no_fault() -> None:
    found = healthy([], Health((Daemon("SENSOR", healthy=False),), ()))
    assert not [one for one in found if one.verdict is Verdict.FAULT]


def test_daemons_that_are_not_told_are_not_known() -> None:
    assert [one.verdict for one in healthy([], Health())] == [Verdict.UNKNOWN]


def test_a_part_of_the_local_deployment_that_died_names_its_log() -> None:
    alive = {"name": "webserver", "state": "running", "url": "http://127.0.0.1:3000"}
    dead = {"name": "daemon", "state": "dead", "url": None}
    well, ill = findings_of([alive, dead])
    assert well.words == "webserver running at http://127.0.0.1:3000"
    assert "daemon.log" in ill.next_step


def test_a_terminal_that_cannot_place_its_cursor_is_a_fault() -> None:
    assert terminal_kind("dumb").verdict is Verdict.FAULT
    assert terminal_kind("xterm").verdict is Verdict.GOOD
    assert terminal_size(60, 20).verdict is Verdict.NOTE
    assert terminal_size(80, 24).verdict is Verdict.GOOD
