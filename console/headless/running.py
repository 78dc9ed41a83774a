"""Runs one command against one deployment and turns errors into a sentence and an exit code."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from console.connecting import client_of
from console.domain.assets.keys import UnknownAsset
from console.domain.errors import ApiError, BadAnswer, Refused, Unreachable
from console.domain.partitions.keys import BadPartitions
from console.domain.selection.evaluation import BadSelection
from console.domain.text import clean
from console.exits import FAILED, OUT_OF_REACH, REFUSED, USAGE
from console.planner.plan_file import BadPlanFile
from console.redaction import redacted
from console.store.deployment import Deployment
from console.store.planning.launch import Drifted
from console.store.planning.selection import NothingToPartition

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from console.settings import Settings

_CODES: tuple[tuple[type[Exception], int], ...] = (
    (Unreachable, OUT_OF_REACH),
    (BadAnswer, OUT_OF_REACH),
    (Refused, REFUSED),
    (Drifted, REFUSED),
    (UnknownAsset, USAGE),
    (BadPartitions, USAGE),
    (BadSelection, USAGE),
    (BadPlanFile, USAGE),
    (NothingToPartition, USAGE),
    (ApiError, FAILED),
)


def say(text: str) -> None:
    """Words, on stderr."""
    print(clean(redacted(text)), file=sys.stderr, flush=True)


@contextmanager
def interrupted_at_once() -> Iterator[None]:
    """Ctrl-C ends what blocks the loop, too; asyncio would hold it back until that is over.

    Signals come to the main thread; in another one this changes nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def run_command(options: Namespace, settings: Settings) -> int:
    """The exit code of `console.headless.<command>.main`."""
    try:
        return asyncio.run(_run(options, settings))
    except tuple(kind for kind, _ in _CODES) as error:
        say(f"dagdeck: {error.args[0]}")
        return next(code for kind, code in _CODES if isinstance(error, kind))


async def _run(options: Namespace, settings: Settings) -> int:
    asyncio.get_running_loop().set_exception_handler(_tell_unless_interrupted)
    main = import_module(f"console.headless.{options.command}").main
    client = client_of(settings)
    try:
        code: int = await main(Deployment(client, in_one_go=True), options)
        return code
    finally:
        if client.notice:
            say(client.notice)
        await client.close()


def _tell_unless_interrupted(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Ctrl-C ends every task, and asyncio would print those that nobody asks any more."""
    error = context.get("exception")
    whole = error.subgroup(KeyboardInterrupt) if isinstance(error, BaseExceptionGroup) else error
    if not isinstance(whole, KeyboardInterrupt | BaseExceptionGroup):
        loop.default_exception_handler(context)
