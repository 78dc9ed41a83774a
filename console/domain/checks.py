"""What the failed checks of an asset are about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.domain.rows import fill

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from console.domain.partitions import PartitionKeys
    from console.domain.rows import Span


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """A check that failed, or could not run, when it last ran."""

    name: str
    spans: tuple[Span, ...] = ()
    """The partitions it failed for; empty where it is about the whole asset."""


@dataclass(frozen=True)
class FailedChecks:
    """The failed checks of one asset, by name."""

    partitions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each partition that some failed for, which."""
    whole: tuple[str, ...] = ()
    """Those that failed without saying for which partition."""

    def of(self, partition: str | None) -> tuple[str, ...]:
        """What failed for a partition, or for an asset without any."""
        return self.whole if partition is None else self.partitions.get(partition, ())


def failed_checks(failed: Iterable[FailedCheck], keys: PartitionKeys | None) -> FailedChecks:
    """Checks by the partitions of `keys`; a span that is none of them is about the whole asset."""
    partitions: dict[str, tuple[str, ...]] = {}
    whole: list[str] = []
    for check in failed:
        found = _named(check, keys)
        for partition in found:
            partitions[partition] = (*partitions.get(partition, ()), check.name)
        if not found:
            whole.append(check.name)
    return FailedChecks(partitions, tuple(whole))


def _named(check: FailedCheck, keys: PartitionKeys | None) -> list[str]:
    if keys is None:
        return []
    cells = bytearray(len(keys))
    for span in check.spans:
        fill(cells, keys, span)
    return [key for key, cell in zip(keys.keys, cells, strict=True) if cell]
