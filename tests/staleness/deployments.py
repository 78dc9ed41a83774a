"""Random deployments with a random past: every kind of mapping, version and accident.

All is real Dagster on an instance in memory; each seed makes the same one again.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.definitions.data_version import (
    DATA_VERSION_IS_USER_PROVIDED_TAG,
    DATA_VERSION_TAG,
)

if TYPE_CHECKING:
    from collections.abc import Callable

RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
ACTIONS = 34
KINDS = dg.StaticPartitionsDefinition(["a", "b", "c"])
DAYS = dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-13")
DEFINITIONS: dict[str, dg.PartitionsDefinition[Any] | None] = {
    "days": DAYS,
    "late": dg.DailyPartitionsDefinition("2026-01-05", end_date="2026-01-16"),
    "weeks": dg.WeeklyPartitionsDefinition("2025-12-28", end_date="2026-01-18"),
    "hours": dg.HourlyPartitionsDefinition("2026-01-03-00:00", end_date="2026-01-05-00:00"),
    "kinds": KINDS,
    "names": dg.StaticPartitionsDefinition(["x", "y"]),
    "many": dg.StaticPartitionsDefinition([f"k{at:03}" for at in range(104)]),
    "cities": dg.DynamicPartitionsDefinition(name="cities"),
    "both": dg.MultiPartitionsDefinition(
        {"day": dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-05"), "kind": KINDS}
    ),
    "": None,
}
CITIES = ["oslo", "rome, it", "x|y"]
ALL_IN_ONE_RUN = dg.BackfillPolicy.single_run()
TIMES = {"days", "late", "weeks", "hours"}


@dataclass(frozen=True)
class Spec:
    """One asset as it is defined now."""

    name: str
    partitions: str
    deps: tuple[tuple[str, dg.PartitionMapping | None], ...] = ()
    code_version: str | None = None
    own_versions: bool = False
    external: bool = False
    policy: dg.BackfillPolicy | None = ALL_IN_ONE_RUN


@dataclass
class World:
    """A deployment and its past."""

    seed: int
    specs: dict[str, Spec] = field(default_factory=dict)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    """Assets that one step makes together, the second from the first."""
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.instance = dg.DagsterInstance.ephemeral()
        self.instance.add_dynamic_partitions("cities", CITIES)
        self._meanwhile: dict[str, Callable[[], None]] = {}
        self._define()
        self.definitions = self._definitions()

    def live(self, actions: int = ACTIONS) -> World:
        """Make everything once, then let things happen."""
        for name, spec in self.specs.items():
            if not spec.external and self.rng.random() < 0.9:
                self._run_range([name], whole=True)
        for _ in range(actions):
            self._happen()
        return self

    def live_on(self, actions: int) -> None:
        """Let things happen that leave the code as it is."""
        for _ in range(actions):
            self.rng.choices(
                [
                    self._run_one,
                    self._run_some,
                    self._run_chain,
                    self._run_over,
                    self._report,
                    self._observe,
                    self._wipe,
                ],
                [8, 6, 5, 3, 2, 4, 1],
            )[0]()

    # definitions

    def _define(self) -> None:
        rng = self.rng
        self.specs["out"] = Spec("out", rng.choice(["days", "kinds", ""]), external=True)
        for at in range(rng.randint(7, 10)):
            name = f"m{at}"
            partitions = rng.choice([*DEFINITIONS, "days", "days", "days"])
            parents = rng.sample(sorted(self.specs), k=min(len(self.specs), rng.randint(0, 2)))
            deps = tuple((parent, self._mapping(partitions, parent)) for parent in parents)
            self.specs[name] = Spec(
                name,
                partitions,
                tuple(dep for dep in deps if dep[1] is not _IMPOSSIBLE),
                rng.choice([None, None, "1"]),
                rng.random() < 0.2,
            )
        self._pair()
        if rng.random() < 0.5:
            before = dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
            self.specs["own"] = Spec("own", "days", (("own", before),))

    def _pair(self) -> None:
        name = f"m{self.rng.randint(0, 3)}"
        first = replace(self.specs[name], own_versions=False)
        self.specs[name] = first
        deps = ((name, None), *first.deps[:1])
        self.specs["pair"] = replace(first, name="pair", deps=deps)
        self.pairs = [(name, "pair")]

    def _mapping(self, child: str, parent: str) -> Any:
        """A mapping that Dagster allows between them; None is its default."""
        theirs, rng = self.specs[parent].partitions, self.rng
        if not theirs:
            return None
        keys = self.keys(theirs)
        choices: list[Any] = [dg.LastPartitionMapping(), dg.AllPartitionMapping()]
        choices.append(dg.SpecificPartitionsPartitionMapping(rng.sample(keys, k=2)))
        if not child:
            return rng.choice([None, *choices])
        if child == theirs:
            choices += [None, None, None, dg.IdentityPartitionMapping()]
        if {child, theirs} <= TIMES:
            choices += [None, None]
        if {child, theirs} <= {"days", "late"}:
            start, end = rng.choice([(-1, 0), (-1, -1), (0, 1), (-2, -1), (1, 1)])
            choices.append(dg.TimeWindowPartitionMapping(start_offset=start, end_offset=end))
        if {child, theirs} == {"kinds", "names"}:
            leads = {key: set(rng.sample(self.keys(child), k=rng.randint(1, 2))) for key in keys}
            choices += [dg.StaticPartitionMapping(leads)] * 3
        if (child == "both" and theirs == "kinds") or (theirs == "both" and child == "kinds"):
            choices += [None, None, None]
        if child == theirs == "both":
            choices.append(_by_kind())
        return rng.choice(choices)

    def keys(self, partitions: str) -> list[str]:
        definition = DEFINITIONS[partitions]
        if definition is None:
            return []
        return list(definition.get_partition_keys(dynamic_partitions_store=self.instance))

    def _definitions(self) -> dg.Definitions:
        paired = {name for pair in self.pairs for name in pair}
        assets: list[Any] = [
            self._asset(spec) for name, spec in self.specs.items() if name not in paired
        ]
        assets += [self._both(*pair) for pair in self.pairs]
        return dg.Definitions(assets=assets)

    def _asset(self, spec: Spec) -> Any:
        if spec.external:
            return dg.AssetSpec(spec.name, partitions_def=DEFINITIONS[spec.partitions])

        @dg.asset(
            name=spec.name,
            deps=self._deps(spec),
            partitions_def=DEFINITIONS[spec.partitions],
            code_version=spec.code_version,
            backfill_policy=spec.policy,
        )
        def made() -> Any:
            return self._made(spec)

        return made

    def _both(self, first: str, second: str) -> Any:
        specs = [self.specs[first], self.specs[second]]

        @dg.multi_asset(
            name=f"{first}_and_{second}",
            specs=[
                dg.AssetSpec(spec.name, deps=self._deps(spec), code_version=spec.code_version)
                for spec in specs
            ],
            partitions_def=DEFINITIONS[specs[0].partitions],
            backfill_policy=specs[0].policy,
        )
        def made() -> Any:
            for spec in specs:
                yield self._made(spec)

        return made

    def _deps(self, spec: Spec) -> list[dg.AssetDep]:
        return [dg.AssetDep(parent, partition_mapping=mapping) for parent, mapping in spec.deps]

    def _made(self, spec: Spec) -> dg.MaterializeResult[Any]:
        meanwhile = self._meanwhile.pop(spec.name, None)
        if meanwhile is not None:
            meanwhile()
        version = dg.DataVersion(self.rng.choice("xy")) if spec.own_versions else None
        return dg.MaterializeResult(asset_key=spec.name, data_version=version)

    # the past

    def _happen(self) -> None:
        self.rng.choices(
            [
                self._run_one,
                self._run_some,
                self._run_chain,
                self._run_over,
                self._report,
                self._observe,
                self._wipe,
                self._change_code,
                self._change_dependencies,
            ],
            [8, 6, 5, 3, 2, 4, 0.5, 1.5, 1],
        )[0]()

    def _made_here(self) -> list[str]:
        return [name for name, spec in self.specs.items() if not spec.external]

    def _with_pair(self, names: list[str]) -> list[str]:
        more = {other for pair in self.pairs if set(pair) & set(names) for other in pair}
        return [name for name in self.specs if name in more or name in names]

    def _run_one(self) -> None:
        self._run([self.rng.choice(self._made_here())])

    def _run(self, names: list[str]) -> None:
        names = self._with_pair(names)
        keys = self.keys(self.specs[names[0]].partitions)
        self._execute(names, self.rng.choice(keys) if keys else None, {})

    def _run_some(self) -> None:
        self._run_range([self.rng.choice(self._made_here())])

    def _run_range(self, names: list[str], whole: bool = False) -> None:
        names = self._with_pair(names)
        keys = self.keys(self.specs[names[0]].partitions)
        if not keys:
            self._execute(names, None, {})
            return
        places = sorted(self.rng.choices(range(len(keys)), k=2))
        first, last = (keys[0], keys[-1]) if whole else (keys[places[0]], keys[places[1]])
        self._execute(names, None, dict(zip(RANGE, (first, last), strict=True)))

    def _run_chain(self) -> None:
        """An asset and a parent with the same partitions in one run."""
        name = self.rng.choice(self._made_here())
        alike = [
            parent
            for parent, _ in self.specs[name].deps
            if self.specs[parent].partitions == self.specs[name].partitions
            and not self.specs[parent].external
        ]
        chain = [name, *alike[:1]]
        (self._run if self.rng.random() < 0.5 else self._run_range)(chain)

    def _run_over(self) -> None:
        """A parent is made while a run of its child is under way."""
        linked = [
            name
            for name in self._made_here()
            if any(
                not self.specs[parent].external and parent != name
                for parent, _ in self.specs[name].deps
            )
        ]
        if not linked:
            return
        name = self.rng.choice(linked)
        parents = [p for p, _ in self.specs[name].deps if not self.specs[p].external and p != name]
        parent = self.rng.choice(parents)
        if name in self._with_pair([parent]):
            return
        meanwhile = self._run if self.rng.random() < 0.5 else self._run_range
        self._meanwhile[name] = lambda: meanwhile([parent])
        self._run([name])
        self._meanwhile.clear()

    def _execute(self, names: list[str], key: str | None, tags: dict[str, str]) -> None:
        self.log.append(f"run {names} {key or ''} {list(tags.values())}")
        job = self.definitions.resolve_implicit_global_asset_job_def()
        done = job.execute_in_process(
            instance=self.instance,
            asset_selection=[dg.AssetKey(name) for name in names],
            partition_key=key,
            tags=tags,
        )
        assert done.success

    def _report(self) -> None:
        """A materialization that no run made."""
        name = self.rng.choice(["out", *self._made_here()])
        keys = self.keys(self.specs[name].partitions)
        key = self.rng.choice(keys) if keys else None
        tags = {DATA_VERSION_TAG: self.rng.choice("xy")} if self.rng.random() < 0.3 else {}
        self.log.append(f"report {name} {key} {tags}")
        self.instance.report_runless_asset_event(
            dg.AssetMaterialization(name, partition=key, tags=tags)
        )

    def _observe(self) -> None:
        keys = self.keys(self.specs["out"].partitions)
        key, version = self.rng.choice(keys) if keys else None, self.rng.choice("xyz")
        self.log.append(f"observe out {key} {version}")
        tags = {DATA_VERSION_TAG: version, DATA_VERSION_IS_USER_PROVIDED_TAG: "true"}
        self.instance.report_runless_asset_event(
            dg.AssetObservation("out", partition=key, tags=tags)
        )

    def _wipe(self) -> None:
        name = self.rng.choice(self._made_here())
        self.log.append(f"wipe {name}")
        self.instance.wipe_assets([dg.AssetKey(name)])

    def _change_code(self) -> None:
        name = self.rng.choice(self._made_here())
        version = self.rng.choice([None, "1", "2", "3"])
        self.log.append(f"code of {name} {version}")
        self.specs[name] = replace(self.specs[name], code_version=version)
        self.definitions = self._definitions()

    def _change_dependencies(self) -> None:
        names = [name for name in self._made_here() if name.startswith("m")]
        name = self.rng.choice(names)
        earlier = list(self.specs)[: list(self.specs).index(name)]
        kept = [dep for dep in self.specs[name].deps if self.rng.random() < 0.5]
        new = self.rng.choice(earlier)
        if new not in dict(kept) and self.rng.random() < 0.7:
            mapping = self._of_twin(name).get(new)
            if mapping is None:
                mapping = self._mapping(self.specs[name].partitions, new)
            kept.append((new, mapping))
        self.log.append(f"{name} from {kept}")
        self.specs[name] = replace(self.specs[name], deps=tuple(kept))
        self.definitions = self._definitions()

    def _of_twin(self, name: str) -> dict[str, dg.PartitionMapping | None]:
        """The dependencies of the asset that one function makes with it, which may map a parent only alike."""
        twins = [twin for pair in self.pairs if name in pair for twin in pair if twin != name]
        return {parent: mapping for twin in twins for parent, mapping in self.specs[twin].deps}


_IMPOSSIBLE = object()


def _by_kind() -> dg.PartitionMapping:
    from dagster import DimensionPartitionMapping, MultiPartitionMapping

    kind = DimensionPartitionMapping("kind", dg.IdentityPartitionMapping())
    return MultiPartitionMapping({"kind": kind})
