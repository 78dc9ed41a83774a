"""What was launched, found by a name of it, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api import launch_queries, run_queries
from console.domain.errors import NotFound
from console.domain.runs.launched import Launched

if TYPE_CHECKING:
    from console.domain.runs.run import Backfill
    from console.store.deployment import Deployment


async def find(deployment: Deployment, name: str) -> Launched:
    """A backfill or run by its id, or by the id of the launch. Raises NotFound, ApiError."""
    try:
        await run_queries.backfill(deployment.client, name)
    except NotFound:
        pass
    else:
        return Launched(name, None)
    if await launch_queries.run_status(deployment.client, name) is not None:
        return Launched(None, name)
    found = await launch_queries.find_launch(deployment.client, name)
    if found is None:
        raise NotFound(
            f"no backfill, run or launch `{name}` at {deployment.client.place}; "
            "an id as `dagdeck backfill` prints it is expected"
        )
    return found


async def look(deployment: Deployment, launched: Launched) -> tuple[bool | None, str]:
    """Whether it succeeded, None while it goes on; and where it is. Raises ApiError."""
    if launched.backfill is None:
        run, _ = await run_queries.run(deployment.client, str(launched.run))
        return (run.status.succeeded if run.status.ended else None), run.status.word
    found = await run_queries.backfill(deployment.client, launched.backfill)
    return (found.succeeded if found.finished else None), _words(found)


def _words(found: Backfill) -> str:
    counts = (
        f"{found.done} of {found.targeted} done, {found.running} running, {found.failed} failed"
    )
    return f"{found.word}: {found.error or counts}"
