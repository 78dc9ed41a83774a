"""The checks of an asset, and what those that failed are about."""

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
    """`failed` or `passed`: how it last ended, where that was before the newest materialization."""


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """A check that failed, or could not run, when it last ran."""

    name: str
    spans: tuple[Span, ...] = ()
    """The partitions it failed for; empty where it is about the whole asset."""


@dataclass(frozen=True, slots=True)
class EarlierVerdict:
    """How a check last ended that did not run since the newest materialization."""

    word: str
    """`failed` or `passed`."""
    at: float | None
    """Epoch seconds UTC."""


@dataclass(frozen=True, slots=True)
class CheckVerdicts:
    """The checks of one asset that failed, and the names of those without a verdict."""

    failed: tuple[FailedCheck, ...] = ()
    not_run: tuple[str, ...] = ()
    """Did not run since the newest materialization, or never."""


@dataclass(frozen=True)
class FailedChecks:
    """The failed checks of one asset, by name."""

    partitions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each partition that some failed for, which."""
    whole: tuple[str, ...] = ()
    """Those that failed without saying for which partition."""

    def __bool__(self) -> bool:
        """Whether any check failed."""
        return bool(self.partitions or self.whole)

    def of(self, partition: str | None) -> tuple[str, ...]:
        """The checks that failed for a partition, or for an asset without any."""
        return self.whole if partition is None else self.partitions.get(partition, ())


def failed_checks(failed: Iterable[FailedCheck], keys: PartitionKeys | None) -> FailedChecks:
    """Checks by the partitions of `keys`; a span that is none of them is about the whole asset."""
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
    cells = bytearray(len(keys))
    for span in check.spans:
        fill(cells, keys, span)
    return [key for key, cell in zip(keys.keys, cells, strict=True) if cell]
