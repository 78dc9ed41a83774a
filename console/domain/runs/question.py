"""The words of a filter of runs that the server answers: `job:NAME`, `backfill:ID`, `tag:KEY=VALUE`."""

from __future__ import annotations

from dataclasses import dataclass

from console.domain.runs.run import BACKFILL_TAG, BY_TAG, PARTITION_TAG
from console.domain.runs.words import SCHEDULE_TAG, SENSOR_TAG

TAGS = {
    "partition": PARTITION_TAG,
    "backfill": BACKFILL_TAG,
    "schedule": SCHEDULE_TAG,
    "sensor": SENSOR_TAG,
    "by": BY_TAG,
}


@dataclass(frozen=True, slots=True)
class RunQuestion:
    """Which runs are asked for: of this job, if it has a name, and with all of these tags."""

    job: str = ""
    tags: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.job or self.tags)


def run_question(text: str) -> tuple[RunQuestion, str]:
    """What the server is asked for, and the rest of the filter, which is for what was read.

    The values are whole ones: the server knows no part of a name.
    """
    job = ""
    tags: list[tuple[str, str]] = []
    rest: list[str] = []
    for word in text.split():
        name, _, value = word.partition(":")
        if name == "job" and value:
            job = value
        elif name in TAGS and value:
            tags.append((TAGS[name], value))
        elif name == "tag" and "=" in value:
            key, _, wanted = value.partition("=")
            tags.append((key, wanted))
        else:
            rest.append(word)
    return RunQuestion(job, tuple(tags)), " ".join(rest) if job or tags else text
