"""The fake's runs, their logs and its backfills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fake_dagster.assets import Asset

Json = dict[str, Any]
ENDED = ("SUCCESS", "FAILURE", "CANCELED")
CAUSE = "HTTPStatusError: Server error '503 Service Unavailable' for url 'https://source/entries'"


@dataclass(frozen=True, slots=True)
class FakeRun:
    """A run of some assets; times are epoch seconds UTC."""

    id: str
    status: str
    created: float
    assets: Sequence[Asset]
    first: int
    last: int
    seconds: float = 42.0
    backfill: str | None = None
    cause: str = CAUSE
    """The error that a failed run ends with, its class first."""

    def has(self, wanted: Json) -> bool:
        """Whether a `RunsFilter` lets it through."""
        statuses, tags, ids = (wanted.get(name) for name in ("statuses", "tags", "runIds"))
        own = {(tag["key"], tag["value"]) for tag in self.tags}
        return (
            (not statuses or self.status in statuses)
            and (not ids or self.id in ids)
            and (self.ended or self.created + 2) > (wanted.get("updatedAfter") or 0.0)
            and all((tag["key"], tag["value"]) in own for tag in tags or [])
        )

    @property
    def started(self) -> float | None:
        return None if self.status == "QUEUED" else self.created + 1

    @property
    def ended(self) -> float | None:
        return self.created + 1 + self.seconds if self.status in ENDED else None

    @property
    def tags(self) -> list[Json]:
        found = {".dagster/repository": "__repository__@lakehouse"}
        partitions = self.assets[0].partitions
        if partitions is not None and self.first == self.last:
            found["dagster/partition"] = partitions.keys[self.first]
        elif partitions is not None:
            found["dagster/asset_partition_range_start"] = partitions.keys[self.first]
            found["dagster/asset_partition_range_end"] = partitions.keys[self.last]
        if self.backfill:
            found["dagster/backfill"] = self.backfill
        return [{"key": key, "value": value} for key, value in found.items()]

    def value(self) -> Json:
        """A `Run` of the schema."""
        steps = [asset.name.replace("/", "__") for asset in self.assets]
        return {
            "__typename": "Run",
            "id": self.id,
            "runId": self.id,
            "status": self.status,
            "jobName": "__ASSET_JOB",
            "pipelineName": "__ASSET_JOB",
            "creationTime": self.created,
            "startTime": self.started,
            "endTime": self.ended,
            "updateTime": self.ended or self.created + 2,
            "assetSelection": [asset.key for asset in self.assets],
            "assetSelectionCount": len(self.assets),
            "tags": self.tags,
            "canTerminate": self.status not in ENDED,
            "stepKeysToExecute": steps,
            "stepStats": self._stats(steps) if self.started else [],
            "eventConnection": lambda **_: {"hasMore": False, "events": self.events()},
        }

    def _stats(self, steps: Sequence[str]) -> list[Json]:
        share = self.seconds / len(steps)
        began = [self.created + 1 + share * at for at in range(len(steps))]
        return [
            {
                "stepKey": step,
                "status": self._step_status(at == len(steps) - 1),
                "startTime": start,
                "endTime": start + share if self.ended else None,
                "attempts": [],
            }
            for at, (step, start) in enumerate(zip(steps, began, strict=True))
        ]

    def _step_status(self, last: bool) -> str | None:
        if self.status == "FAILURE" and last:
            return "FAILURE"
        return "SUCCESS" if self.ended or not last else None

    def events(self) -> list[Json]:
        """Its log, oldest first."""
        found = [self._event("RunStartEvent", "RUN_START", 0.0, "Started execution of run.")]
        if self.started is None:
            return []
        for at, asset in enumerate(self.assets):
            step = asset.name.replace("/", "__")
            after = 0.5 + at * self.seconds / len(self.assets)
            start = f'Started execution of step "{step}".'
            found.append(self._event("ExecutionStepStartEvent", "STEP_START", after, start, step))
            if self.status == "FAILURE" and at == len(self.assets) - 1:
                found.append(self._failure(after + 3, step))
                break
            made = f"Materialized value {asset.name}."
            found.append(
                self._event("MaterializationEvent", "ASSET_MATERIALIZATION", after + 2, made, step)
            )
            done = f'Finished execution of step "{step}" in 2s.'
            found.append(
                self._event("ExecutionStepSuccessEvent", "STEP_SUCCESS", after + 2.1, done, step)
            )
        if self.status == "FAILURE":
            found.append(
                self._event(
                    "RunFailureEvent", "RUN_FAILURE", self.seconds, "Steps failed.", level="ERROR"
                )
            )
        elif self.ended:
            found.append(
                self._event(
                    "RunSuccessEvent", "RUN_SUCCESS", self.seconds, "Finished execution of run."
                )
            )
        return found

    def _event(
        self,
        kind: str,
        name: str,
        after: float,
        message: str,
        step: str | None = None,
        level: str = "DEBUG",
    ) -> Json:
        return {
            "__typename": kind,
            "runId": self.id,
            "message": message,
            "timestamp": str(int((self.created + 1 + after) * 1000)),
            "level": level,
            "stepKey": step,
            "eventType": name,
        }

    def _failure(self, after: float, step: str) -> Json:
        event = self._event(
            "ExecutionStepFailureEvent",
            "STEP_FAILURE",
            after,
            f'Execution of step "{step}" failed.',
            step,
            "ERROR",
        )
        error = {
            "message": f'dagster._core.errors.DagsterExecutionStepExecutionError: Error occurred while executing op "{step}":\n',
            "className": "DagsterExecutionStepExecutionError",
            "stack": ['  File "execute_plan.py", line 245, in dagster_event_sequence_for_step\n'],
            "cause": {
                "message": f"httpx.{self.cause}\n",
                "className": self.cause.partition(":")[0],
                "stack": [
                    '  File "source.py", line 88, in entries\n    response.raise_for_status()\n'
                ],
                "cause": None,
            },
        }
        return {**event, "error": error}


@dataclass(frozen=True, slots=True)
class FakeBackfill:
    id: str
    title: str
    status: str
    at: float
    assets: Sequence[Asset]
    targeted: int
    done: int
    failed: int

    def _targets(self, key: Json) -> Json | None:
        """The oldest partitions of the asset, as many as are targeted."""
        asset = next(one for one in self.assets if one.key["path"] == key["path"])
        if asset.partitions is None:
            return None
        keys = asset.partitions.keys[: self.targeted]
        ranges = [{"start": keys[0], "end": keys[-1]}]
        return {"ranges": ranges, "partitionKeys": None}

    def value(self) -> Json:
        """A `PartitionBackfill` of the schema."""
        return {
            "__typename": "PartitionBackfill",
            "id": self.id,
            "status": self.status,
            "title": self.title,
            "timestamp": self.at,
            "endTimestamp": None if self.status == "REQUESTED" else self.at + 300,
            "assetSelection": [asset.key for asset in self.assets],
            "isAssetBackfill": True,
            "user": None,
            "tags": [{"key": "dagdeck/by", "value": "ann"}],
            "partitionsTargetedForAssetKey": lambda assetKey: self._targets(assetKey),
            "assetBackfillData": {
                "assetBackfillStatuses": [
                    {
                        "__typename": "AssetPartitionsStatusCounts",
                        "assetKey": asset.key,
                        "numPartitionsTargeted": self.targeted,
                        "numPartitionsInProgress": self.targeted - self.done - self.failed,
                        "numPartitionsMaterialized": self.done,
                        "numPartitionsFailed": self.failed,
                    }
                    for asset in self.assets
                ]
            },
        }
