"""Which rules of the run queue hold a backfill's own number of runs at once."""

import pytest
import yaml

from console.domain.runs.queue_rules import holds, rule_to_add

EACH = "value: {applyLimitPerUniqueValue: true}"


@pytest.mark.parametrize(
    "rules",
    [
        f"[{{key: dagdeck/parallel-3, limit: 3, {EACH}}}]",
        f"[{{key: other, limit: 1}}, {{key: dagdeck/parallel-3, limit: 2, {EACH}}}]",
        "- key: dagdeck/parallel-3\n  limit: 3\n",
    ],
)
def test_a_rule_of_at_most_that_many_holds_the_number(rules: str) -> None:
    assert holds(rules, 3)


@pytest.mark.parametrize(
    "rules",
    [
        "",
        "null",
        "{}",
        "[1, text, null]",
        ": [",
        f"[{{key: dagdeck/parallel-3, limit: 4, {EACH}}}]",
        f"[{{key: dagdeck/parallel-2, limit: 3, {EACH}}}]",
        "[{key: dagdeck/parallel-3, limit: 3, value: one-of-them}]",
        "[{key: dagdeck/parallel-3, value: {applyLimitPerUniqueValue: true}}]",
        f"[{{key: dagdeck/parallel-3, limit: many, {EACH}}}]",
    ],
)
def test_no_other_rule_does(rules: str) -> None:
    assert not holds(rules, 3)


@pytest.mark.parametrize("parallel", range(1, 9))
def test_the_rule_to_add_holds_the_number(parallel: int) -> None:
    added = yaml.safe_load(rule_to_add(parallel))["concurrency"]["runs"]["tag_concurrency_limits"]
    assert holds(yaml.safe_dump(added), parallel)
