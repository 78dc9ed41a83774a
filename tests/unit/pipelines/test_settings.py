"""Settings: where they are read from, and what is said of a wrong one."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pipelines.settings import REPOSITORY, Settings, WrongSettingsError

if TYPE_CHECKING:
    from pathlib import Path


def test_settings_are_read_from_a_dotenv_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("DAGDECK_DAYS_PER_RUN=3\nDAGDECK_TRINO_USER=someone\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DAGDECK_TRINO_USER", "the environment")
    assert Settings().days_per_run == 3
    assert Settings().trino_user == "the environment"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("TIMEZONE", "Europe/Atlantis", "an IANA name such as 'UTC'"),
        ("DAYS_PER_RUN", "many", "valid integer"),
        ("INGEST_CRON", "hourly", "a cron expression such as '0 * * * *'"),
        ("AUTOMATION", "maybe", "'on' or 'off'"),
        ("TRINO_URL", "trino:8080", "a URL such as 'https://host/path'"),
    ],
)
def test_a_wrong_setting_is_one_sentence_with_its_name_and_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(f"DAGDECK_{name}", value)
    with pytest.raises(WrongSettingsError) as caught:
        Settings()
    (sentence,) = str(caught.value).splitlines()
    assert sentence.startswith(f"DAGDECK_{name}={value!r} is wrong: ")
    assert expected in sentence


@pytest.mark.parametrize("name", ["SMTP_URL", "SLACK_WEBHOOK_URL"])
def test_a_wrong_setting_that_holds_a_secret_is_named_but_not_quoted(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(f"DAGDECK_{name}", "ftp://me:hunter2@host")
    with pytest.raises(WrongSettingsError, match=f"^DAGDECK_{name} is wrong: a URL ") as caught:
        Settings()
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_mail_without_addresses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGDECK_SMTP_URL", "smtp://localhost")
    monkeypatch.setenv("DAGDECK_ALERT_TO", " , ")
    with pytest.raises(WrongSettingsError, match=r"^DAGDECK_ALERT_TO is not set"):
        Settings()
    monkeypatch.setenv("DAGDECK_ALERT_TO", "me@example.org, you@example.org")
    assert Settings().alert_addresses == ["me@example.org", "you@example.org"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("slack_webhook_url", "https://hooks.example.org/s3cret"),
        ("nightscout_secret", "a s3cret of twelve"),
    ],
)
def test_secrets_reach_the_parts_of_the_deployment_but_no_text(name: str, value: str) -> None:
    settings = Settings(**{name: value})
    assert "s3cret" not in f"{settings} {settings!r}"
    assert settings.as_variables()[f"DAGDECK_{name.upper()}"] == value


def test_the_code_location_says_a_wrong_setting_in_one_sentence_too(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import pipelines.definitions"],
        env=os.environ | {"DAGDECK_HOME": str(tmp_path), "DAGDECK_TIMEZONE": "Mars/Olympus"},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    said = done.stderr.splitlines()[-1]
    assert "WrongSettingsError: DAGDECK_TIMEZONE='Mars/Olympus' is wrong: no time zone" in said
    assert "ValidationError" not in done.stderr
