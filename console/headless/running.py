"""Runs one command against one deployment and turns errors into a sentence and an exit code."""

from __future__ import annotations

import asyncio
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from console.api.client import Client
from console.api.errors import ApiError, Refused, Unreachable
from console.api.journal import Journal
from console.domain.keys import UnknownAsset
from console.domain.partitions import BadPartitions
from console.domain.selection import BadSelection
from console.domain.text import clean
from console.exits import FAILED, OUT_OF_REACH, REFUSED, USAGE
from console.store.deployment import Deployment
from console.store.planning import Drifted, NothingToPartition

if TYPE_CHECKING:
    from argparse import Namespace

    from console.settings import Settings

_CODES: tuple[tuple[type[Exception], int], ...] = (
    (Unreachable, OUT_OF_REACH),
    (Refused, REFUSED),
    (Drifted, REFUSED),
    (UnknownAsset, USAGE),
    (BadPartitions, USAGE),
    (BadSelection, USAGE),
    (NothingToPartition, USAGE),
    (ApiError, FAILED),
)


def say(text: str) -> None:
    """Words, on stderr."""
    print(clean(text), file=sys.stderr, flush=True)


def run_command(options: Namespace, settings: Settings) -> int:
    """The exit code of `console.headless.<command>.main`."""
    try:
        return asyncio.run(_run(options, settings))
    except tuple(kind for kind, _ in _CODES) as error:
        say(f"dagdeck: {error.args[0]}")
        return next(code for kind, code in _CODES if isinstance(error, kind))


async def _run(options: Namespace, settings: Settings) -> int:
    main = import_module(f"console.headless.{options.command}").main
    journal = Journal(settings.journal_path)
    client = Client(settings.url, read_only=settings.read_only, journal=journal)
    try:
        code: int = await main(Deployment(client), options)
        return code
    finally:
        await client.close()
