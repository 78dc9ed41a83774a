"""The sentence that a failed step is told by."""

from __future__ import annotations

import errno
from collections.abc import Callable
from datetime import date

import duckdb
import psycopg
import pytest
import requests
from pyiceberg.exceptions import CommitFailedException
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from pipelines.failures import ToldError, may_pass, place_of, root_of, sentence
from pipelines.settings import Settings

DAY = date(2026, 1, 5)


def caught(raises: Callable[[], object]) -> BaseException:
    try:
        raises()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def wrapped() -> None:
    try:
        int("x")
    except ValueError as error:
        raise RuntimeError("Job with job_id=1 had 5 retries") from error


def test_the_root_is_told_and_not_what_was_put_around_it() -> None:
    said = sentence(caught(wrapped), "raw.entries", [DAY])
    assert said.startswith("raw.entries for 2026-01-05: ValueError: invalid literal for int()")
    assert "Job" not in said
    assert "\n" not in said


def test_the_place_is_the_last_one_in_the_deployments_own_code() -> None:
    error = caught(lambda: Settings(http_attempts="many"))
    assert place_of(error).startswith("pipelines/settings.py:")


def test_words_that_are_a_sentence_already_stay_and_are_not_looked_behind() -> None:
    def told() -> None:
        try:
            int("x")
        except ValueError as error:
            raise ToldError("column a can't become b") from error

    assert sentence(caught(told), "raw.entries") == "raw.entries: column a can't become b"
    assert sentence(caught(told), "column") == "column a can't become b"
    assert not may_pass(caught(told))


def test_a_context_that_was_suppressed_is_no_cause() -> None:
    def replaced() -> None:
        try:
            int("x")
        except ValueError:
            raise KeyError("y") from None

    assert isinstance(root_of(caught(replaced)), KeyError)


def test_an_error_without_words_is_told_by_its_type() -> None:
    assert "ValueError (at " in sentence(ValueError(), "raw.entries")


def refused_connection() -> None:
    create_engine("postgresql+psycopg2://nobody@127.0.0.1:1/none").connect()


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError("server closed the connection"),
        duckdb.IOException("Could not set lock on file"),
        CommitFailedException("requirement failed"),
        requests.ConnectionError("reset"),
        ConnectionResetError("reset"),
        TimeoutError("late"),
    ],
)
def test_a_passing_fault_is_tried_again(error: Exception) -> None:
    assert may_pass(error)


def test_a_database_that_refuses_is_tried_again_whoever_wraps_it() -> None:
    error = caught(refused_connection)
    assert isinstance(error, OperationalError)
    assert may_pass(error)
    assert "`dagdeck ps`" in sentence(error, "raw.entries", [DAY])


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(errno.ENOENT, "No such file or directory", "lake/x.avro"),
        PermissionError(errno.EACCES, "Permission denied", "lake"),
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EROFS, "Read-only file system"),
        KeyError("sgv"),
        TypeError("no"),
        psycopg.ProgrammingError("no such column"),
    ],
)
def test_a_lasting_fault_fails_at_once(error: Exception) -> None:
    assert not may_pass(error)


def test_a_full_disk_says_what_to_do() -> None:
    error = OSError(errno.ENOSPC, "No space left on device")
    assert "free space" in sentence(error, "raw.entries", [DAY])


def test_errors_that_name_each_other_as_cause_have_an_end() -> None:
    one, other = ValueError("one"), KeyError("other")
    one.__cause__, other.__cause__ = other, one
    assert root_of(one) is other
