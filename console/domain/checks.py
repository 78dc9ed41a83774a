"""The checks of an asset, and the partitions that failed checks are about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.domain.status.spans import fill

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from console.domain.partitions.keys import PartitionKeys
    from console.domain.status.spans import Span


@dataclass(frozen=True, slots=True)
class AssetCheck:
    """An asset check and its verdict: passed, failed, running, skipped, or `not run`."""

    name: str
    verdict: str
    severity: str
    blocking: bool
    description: str
    at: float | None
    earlier: str = ""
    """`failed` or `passed`: the last verdict, if it is from before the newest materialization."""


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """A check whose last run failed or could not start."""

    name: str
    spans: tuple[Span, ...] = ()
    """The partitions for which it failed; empty if it is about the whole asset."""


@dataclass(frozen=True, slots=True)
class EarlierVerdict:
    """The last verdict of a check that did not run since the newest materialization."""

    word: str
    """`failed` or `passed`."""
    at: float | None
    """Epoch seconds UTC."""


@dataclass(frozen=True, slots=True)
class CheckVerdicts:
    """The failed checks of one asset, and the names of those without a verdict."""

    failed: tuple[FailedCheck, ...] = ()
    not_run: tuple[str, ...] = ()
    """The checks that did not run since the newest materialization, or never."""


@dataclass(frozen=True)
class FailedChecks:
    """The failed checks of one asset, by name."""

    partitions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The names of the checks that failed for a partition, by its key."""
    whole: tuple[str, ...] = ()
    """The names of the failed checks that name no partition."""

    def __bool__(self) -> bool:
        """Whether any check failed."""
        return bool(self.partitions or self.whole)

    def of(self, partition: str | None) -> tuple[str, ...]:
        """The checks that failed for a partition, or for an unpartitioned asset."""
        return self.whole if partition is None else self.partitions.get(partition, ())


def failed_checks(failed: Iterable[FailedCheck], keys: PartitionKeys | None) -> FailedChecks:
    """The failed checks by partition; a check whose spans aren't in `keys` counts for the whole asset."""
    partitions: dict[str, tuple[str, ...]] = {}
    whole: list[str] = []
    for check in failed:
        named = _named(check, keys)
        for partition in named:
            partitions[partition] = (*partitions.get(partition, ()), check.name)
        if not named:
            whole.append(check.name)
    return FailedChecks(partitions, tuple(whole))


def _named(check: FailedCheck, keys: PartitionKeys | None) -> list[str]:
    if keys is None:
        return []
    covered = bytearray(len(keys))
    for span in check.spans:
        fill(covered, keys, span)
    return [key for key, cell in zip(keys.keys, covered, strict=True) if cell]
