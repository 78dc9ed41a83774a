"""Plans in files: kept, read, and found again where they were launched."""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from console.api import launch_queries
from console.api.journal import user_name
from console.domain.errors import Refused
from console.planner.plan_file import BadPlanFile, KeptPlan, as_json, from_json

if TYPE_CHECKING:
    from console.store.deployment import Deployment
    from console.store.planning.launch import Preview


def kept(deployment: Deployment, preview: Preview) -> KeptPlan:
    """The plan as this person has it now, under an id of its own."""
    return KeptPlan(
        str(uuid4()),
        time.time(),
        user_name(),
        deployment.client.place,
        preview.plan,
        preview.runs,
        preview.waves,
        preview.estimate,
    )


def write(file: Path, plan: KeptPlan) -> None:
    """Writes all of it or, where that fails, nothing. Raises OSError, the file's name in it."""
    text = json.dumps(as_json(plan), indent=1, ensure_ascii=False) + "\n"
    handle, name = tempfile.mkstemp(dir=file.absolute().parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as written:
            written.write(text)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read(file: Path) -> KeptPlan:
    """The plan in `file`. Raises BadPlanFile, the file's name in it."""
    try:
        return from_json(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadPlanFile(f"{file} can't be read: {error.strerror}") from error
    except BadPlanFile as error:
        raise BadPlanFile(f"{file}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise BadPlanFile(f"{file} is no JSON, so it holds no plan") from error


async def refuse_launched(deployment: Deployment, plan: KeptPlan) -> None:
    """Raises Refused where a backfill or run carries the plan's id, ApiError."""
    found = await launch_queries.find_launch(deployment.client, plan.id)
    if found is not None:
        raise Refused(f"not launched: {found.text} is this plan already; plan anew to go on")
