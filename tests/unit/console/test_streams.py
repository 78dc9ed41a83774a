"""Standard streams as shells make them: closed, full, or not able to say what is to be said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from console import cli
from console.app import Deck
from console.exits import CRASHED, FAILED, USAGE
from console.settings import Settings

DAGDECK = Path(sys.executable).with_name("dagdeck")


def shell(home: Path, line: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A line of a shell in which `$D` is dagdeck."""
    return subprocess.run(
        ["sh", "-c", line],
        env={**os.environ, "D": str(DAGDECK), "DAGDECK_HOME": str(home), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_a_terminal_to_read_from_the_console_says_what_it_needs(tmp_path: Path) -> None:
    done = shell(tmp_path, '"$D" <&-')
    assert done.returncode == USAGE
    assert done.stderr.splitlines() == [
        "dagdeck: the console needs a terminal; `dagdeck status` does not"
    ]


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    done = shell(tmp_path, '"$D" status --help >/dev/full')
    assert done.returncode == FAILED
    assert done.stderr.splitlines() == ["dagdeck: No space left on device"]


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_traceback(tmp_path: Path, closed: str) -> None:
    done = shell(tmp_path, f'"$D" status --help {closed}; echo "$?"')
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stdout.splitlines()[-1] == "0"


def test_characters_that_stdout_cannot_encode_are_written_in_ascii(tmp_path: Path) -> None:
    line = (
        f'"{sys.executable}" -c "from console.terminal.streams import open_standard_streams as o; '
        "o(); print('■ ▒ ✗ … 日')\""
    )
    done = shell(tmp_path, line, PYTHONIOENCODING="ascii")
    assert done.stdout == "# ~ x ~ ??\n"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LANG": "C"}, "False"),
        ({"LANG": "POSIX"}, "False"),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, "True"),
        ({"LANG": "de_DE.ISO-8859-1"}, "False"),
        ({"LANG": "en_US.UTF-8"}, "True"),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, "False"),
    ],
    ids=str,
)
def test_unicode_is_drawn_where_the_shells_own_locale_says_so(
    variables: dict[str, str], expected: str
) -> None:
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))}
    code = "from console.settings import read_settings; print(not read_settings('http://a').ascii)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**plain, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == expected


def test_an_error_of_its_own_is_a_report_and_never_exit_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DAGDECK_HOME", str(tmp_path))
    monkeypatch.setenv("MY_API_TOKEN", "s3cr3t-value")

    def broken(_: object) -> int:
        raise RuntimeError("asked https://user:hunter22@host with s3cr3t-value")

    monkeypatch.setattr(cli, "run", broken)
    monkeypatch.setattr(sys, "argv", ["dagdeck", "status"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == CRASHED
    (report,) = tmp_path.glob("crash-*.txt")
    assert str(report) in capsys.readouterr().err
    text = report.read_text()
    assert "RuntimeError" in text
    assert "test_streams.py" in text
    assert "hunter22" not in text
    assert "s3cr3t-value" not in text
    assert report.stat().st_mode & 0o077 == 0


async def test_an_error_on_a_screen_ends_the_console_with_a_report(tmp_path: Path) -> None:
    deck = Deck(Settings("http://nowhere.invalid", True, False, tmp_path))

    def broken() -> None:
        raise RuntimeError("drawn wrong")

    async def opened() -> None:
        async with deck.run_test(size=(80, 24)) as pilot:
            deck.call_later(broken)
            await pilot.pause()

    with pytest.raises(RuntimeError, match="drawn wrong"):
        await opened()
    (report,) = tmp_path.glob("crash-*.txt")
    assert str(report) in deck.crash
    assert "drawn wrong" in report.read_text()
    assert deck.return_code != 0
