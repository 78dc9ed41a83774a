"""The filter words for runs that the server answers: `job:NAME`, `backfill:ID`, `tag:KEY=VALUE`."""

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
    """Asks for runs of this job, unless it is empty, with all of these tags."""

    job: str = ""
    tags: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.job or self.tags)


def run_question(text: str) -> tuple[RunQuestion, str]:
    """Splits a filter into the server's question and the rest, which filters the runs read.

    The server matches whole values only, never part of a name.
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
