"""A run by the beginning of its id, however old it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from console.api import run_queries
from console.domain.errors import NotFound

if TYPE_CHECKING:
    from console.api.client import Client

WHOLE = 36
"""Characters of an id."""
SHORTEST = 4
SHORT_ID = 8
"""From so many characters on the newest run that fits is taken: screens show so many."""
IDS_AT_ONCE = 5_000
MOST_IDS = 250_000
_ID = re.compile(r"[0-9a-f-]+")


async def find_run(client: Client, text: str) -> str:
    """The whole id. Raises NotFound with a sentence, and ApiError."""
    wanted = text.strip().lower()
    if len(wanted) == WHOLE:
        return text.strip()
    if len(wanted) < SHORTEST or not _ID.fullmatch(wanted):
        raise NotFound(
            f"`{text}` is no beginning of a run's id; {SHORTEST} or more of 0-9, a-f are expected"
        )
    found: list[str] = []
    searched, last = 0, None
    newest = ""
    while searched < MOST_IDS:
        page = await run_queries.run_ids(client, IDS_AT_ONCE, last)
        newest = newest or next(iter(page), "")
        found += [run_id for run_id in page if run_id.startswith(wanted)]
        searched += len(page)
        if len(page) < IDS_AT_ONCE or (found and len(wanted) >= SHORT_ID):
            break
        last = page[-1]
    if len(found) == 1 or (found and len(wanted) >= SHORT_ID):
        return found[0]
    raise NotFound(_not_one(text, len(found), searched, newest))


def _not_one(text: str, found: int, searched: int, newest: str) -> str:
    if found:
        return f"`{text}` is the beginning of {found} runs' ids; write more of it"
    if not newest:
        return f"no run `{text}`; there are no runs"
    among = f"the newest {searched:,} runs" if searched >= MOST_IDS else f"{searched:,} runs"
    return f"no run `{text}` among {among}; the newest is {newest[:SHORT_ID]}"
