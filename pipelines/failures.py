"""The error of a failed step: one sentence that names the root, and whether trying again can help."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import dagster as dg

from pipelines.raw.retries import RETRIES
from pipelines.settings import REPOSITORY

CODE = REPOSITORY / "pipelines"
LONGEST_TRACEBACK = 8_000
LONGEST_MESSAGE = 400
_LAKE = "if the home was moved, `dagdeck down` and `dagdeck up`; else restore a backup"
_POSTGRES = "see with `dagdeck ps` whether Postgres runs, and run it again"
_DISK = "free space in the deployment's folder, and run it again"
_AGAIN = "run it again"
_CODE = "the code or the data is at fault there: trying again gives the same"
TRANSIENT = {
    "OperationalError": _POSTGRES,
    "InterfaceError": _POSTGRES,
    "AdminShutdown": _POSTGRES,
    "IOException": "another process holds the DuckDB file: end it, and run it again",
    "CommitFailedException": _AGAIN,
    "MergeConflictError": _AGAIN,
    "ConnectionError": _AGAIN,
    "RequestException": _AGAIN,
    "TimeoutError": _AGAIN,
}
"""Advice by the name of an error's class or of one that it is derived from.

By name, so that what a step doesn't need isn't imported to tell of its failure.
"""
LASTING = {"FileNotFoundError": _LAKE, "PermissionError": "give the files to the user who runs it"}
DISK = {errno.ENOSPC: _DISK, errno.EDQUOT: _DISK, errno.EROFS: "mount the disk for writing"}


class ToldError(RuntimeError):
    """An error whose words are a whole sentence, with what to do; trying again gives the same."""


@contextmanager
def root_named(
    context: dg.AssetExecutionContext | dg.OpExecutionContext, table: str, days: Sequence[date] = ()
) -> Iterator[None]:
    """Turns whatever the block fails with into a dagster.Failure in one sentence.

    The sentence says which table and days, the type, the words and the place of the root, and what
    to do; the whole traceback is in the metadata. Only what may pass by itself is tried again.
    """
    try:
        yield
    except (dg.Failure, dg.RetryRequested):
        raise
    except Exception as error:
        whole = "".join(traceback.format_exception(error))[-LONGEST_TRACEBACK:]
        # Dagster tells of the last cause, not of the sentence, where there is one.
        raise dg.Failure(
            sentence(error, table, days),
            metadata={"traceback": dg.MetadataValue.text(whole)},
            allow_retries=may_pass(error) and context.retry_number < RETRIES,
        ) from None


def sentence(error: BaseException, table: str, days: Sequence[date] = ()) -> str:
    """A sentence that says what failed, for which days, why, where, and what to do."""
    root = root_of(error)
    subject = f"{table} for {_span(days)}" if days else table
    if isinstance(root, ToldError):
        told = str(root)
        return told if told.startswith(f"{table} ") else f"{subject}: {told}"
    words = " ".join(str(root).split())[:LONGEST_MESSAGE]
    why = f"{type(root).__name__}: {words}" if words else type(root).__name__
    return f"{subject}: {why} (at {place_of(root)}); {advice(root)}"


def root_of(error: BaseException) -> BaseException:
    """The error that the others were raised from; a ToldError says more than what it is from."""
    passed: set[int] = set()
    while not isinstance(error, ToldError):
        passed.add(id(error))
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is None or id(cause) in passed:
            break
        error = cause
    return error


def place_of(error: BaseException) -> str:
    """`file:line` of the last place in the deployment's own code, or the last of all."""
    frames = traceback.extract_tb(error.__traceback__)
    own_frames = [frame for frame in frames if Path(frame.filename).is_relative_to(CODE)]
    if not frames:
        return "an unknown place"
    frame = (own_frames or frames)[-1]
    path = Path(frame.filename)
    shown = path.relative_to(REPOSITORY) if own_frames else Path(*path.parts[-2:])
    return f"{shown}:{frame.lineno}"


def may_pass(error: BaseException) -> bool:
    """Whether trying again can help, as far as the root tells."""
    root = root_of(error)
    return advice(root) in TRANSIENT.values() and not _of_disk(root)


def advice(root: BaseException) -> str:
    """The advice for a root error."""
    if disk_advice := _of_disk(root):
        return disk_advice
    names = [kind.__name__ for kind in type(root).__mro__]
    all_advice = {**TRANSIENT, **LASTING}
    return next((all_advice[name] for name in names if name in all_advice), _CODE)


def _of_disk(root: BaseException) -> str | None:
    return DISK.get(root.errno or 0) if isinstance(root, OSError) else None


def _span(days: Sequence[date]) -> str:
    first, last = min(days), max(days)
    return str(first) if first == last else f"{first} to {last}"
