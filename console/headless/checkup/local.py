"""The parts of the local deployment and their ports, as `dagdeck ps` tells them."""

from __future__ import annotations

import asyncio
import json
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from console.headless.checkup.finding import fault, good, note, unknown
from console.settings import state_folder

if TYPE_CHECKING:
    from console.headless.checkup.finding import Finding


async def look_at_local() -> list[Finding]:
    """Nothing where the local deployment isn't installed."""
    if find_spec("pipelines") is None or find_spec("dagster") is None:
        return []
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pipelines.deployment", "ps", "--json"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, complaint = await process.communicate()
    try:
        parts: list[dict[str, Any]] = json.loads(told)["parts"]
    except (ValueError, KeyError, TypeError):
        why = complaint.decode(errors="replace").strip().rpartition("\n")[2]
        return [unknown("local", f"`dagdeck ps` told nothing: {why}", "see `dagdeck ps`")]
    return findings_of(parts)


def findings_of(parts: list[dict[str, Any]]) -> list[Finding]:
    """`parts` is the answer of `dagdeck ps --json`."""
    if all(part["state"] == "stopped" for part in parts):
        return [note("local", "the local deployment is stopped", "`dagdeck up` starts it")]
    return [_finding(part) for part in parts]


def _finding(part: dict[str, Any]) -> Finding:
    name, state = str(part["name"]), str(part["state"])
    words = f"{name} {state}{' at ' + str(part['url']) if part['url'] else ''}"
    if state in ("dead", "stopped"):
        log = state_folder() / "logs" / f"{name}.log"
        return fault("local", words, f"`dagdeck up` starts it; its log is {log}")
    return note("local", words) if state == "starting" else good("local", words)
