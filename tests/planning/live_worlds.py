"""Random deployments side by side as one code location, for a daemon to run."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, cast

import dagster as dg

from tests.planning.deployments import Unmade
from tests.thoroughness import rounds

if TYPE_CHECKING:
    from typing import Any

WORLDS = rounds(thorough=40, usual=2)
FIRST_SEED = 100
"""The seeds before are those of `test_planned_as_dagster`."""


class Named(Unmade):
    """The names of its assets begin with its seed, so that it can stand beside others."""

    def _define(self) -> None:
        super()._define()
        self.specs = {
            self._named(name): replace(
                spec,
                name=self._named(name),
                deps=tuple((self._named(parent), mapping) for parent, mapping in spec.deps),
            )
            for name, spec in self.specs.items()
        }
        self.pairs = [(self._named(first), self._named(second)) for first, second in self.pairs]

    def _named(self, name: str) -> str:
        return f"s{self.seed}_{name}"


worlds = [Named(seed) for seed in range(FIRST_SEED, FIRST_SEED + WORLDS)]
definitions = dg.Definitions(
    assets=list(chain.from_iterable(cast("list[Any]", one.definitions.assets) for one in worlds)),
    executor=dg.in_process_executor,
)
