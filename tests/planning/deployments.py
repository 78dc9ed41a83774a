"""Random deployments to plan on: every kind of mapping and policy, and nothing made yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dagster as dg

from tests.staleness.deployments import ALL_IN_ONE_RUN, Spec, World

POLICIES = [
    None,
    None,
    ALL_IN_ONE_RUN,
    dg.BackfillPolicy.multi_run(2),
    dg.BackfillPolicy.multi_run(5),
]


class Unmade(World):
    """A deployment without a past, whose assets a backfill cuts into runs in all ways."""

    def _define(self) -> None:
        super()._define()
        chosen = self.rng.choice(POLICIES)
        for name, spec in self.specs.items():
            policy = chosen if self.rng.random() < 0.5 else self.rng.choice(POLICIES)
            self.specs[name] = replace(spec, policy=policy if spec.partitions else None)
        for first, second in self.pairs:
            self.specs[second] = replace(self.specs[second], policy=self.specs[first].policy)

    def _mapping(self, child: str, parent: str) -> Any:
        """No answer of the server tells the last partition from all, where a whole asset reads it."""
        found = super()._mapping(child, parent)
        while not child and isinstance(found, dg.LastPartitionMapping):
            found = super()._mapping(child, parent)
        return found

    def roots(self) -> list[Spec]:
        """The partitioned assets that something is made from."""
        read = {parent for spec in self.specs.values() for parent, _ in spec.deps}
        return [
            spec
            for name, spec in self.specs.items()
            if spec.partitions and not spec.external and name in read
        ]
