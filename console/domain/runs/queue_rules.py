"""The run queue's tag rules, which also limit the parallel runs of each backfill."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from console.domain.runs.run import PARALLEL_TAG

_EACH_VALUE = "value: {applyLimitPerUniqueValue: true}"


@dataclass(frozen=True, slots=True)
class TagRule:
    """Lets in at most `limit` runs with this tag: for one `value`, for `each` value, or in total."""

    key: str
    limit: int
    value: str | None = None
    each: bool = False


@lru_cache(maxsize=8)
def tag_rules(tag_limits: str) -> tuple[TagRule, ...]:
    """The readable rules of `tag_concurrency_limits`, YAML as the server gives it."""
    return tuple(
        tag_rule for rule in _rules(tag_limits) if (tag_rule := _tag_rule(rule)) is not None
    )


def _tag_rule(rule: Any) -> TagRule | None:
    if not isinstance(rule, dict):
        return None
    key, limit, value = rule.get("key"), rule.get("limit"), rule.get("value")
    if not isinstance(key, str) or not isinstance(limit, int):
        return None
    if isinstance(value, dict):
        return TagRule(key, limit, each=bool(value.get("applyLimitPerUniqueValue")))
    return TagRule(key, limit, None if value is None else str(value))


def holds(tag_limits: str, parallel: int) -> bool:
    """Whether `tag_concurrency_limits`, YAML as the server gives it, hold a backfill to `parallel`."""
    return any(
        _limit(rule, PARALLEL_TAG.format(parallel)) <= parallel for rule in _rules(tag_limits)
    )


def rule_to_add(parallel: int) -> str:
    """The rule for `parallel` runs at once that `dagster.yaml` lacks, as one line of YAML."""
    rule = f"{{key: {PARALLEL_TAG.format(parallel)}, limit: {parallel}, {_EACH_VALUE}}}"
    return f"concurrency: {{runs: {{tag_concurrency_limits: [{rule}]}}}}"


def _rules(tag_limits: str) -> list[Any]:
    try:
        rules = yaml.safe_load(tag_limits)
    except yaml.YAMLError:
        return []
    return rules if isinstance(rules, list) else []


def _limit(rule: Any, key: str) -> float:
    """The runs that the rule lets in for each value of the tag `key`; infinite for other rules."""
    if not isinstance(rule, dict) or rule.get("key") != key:
        return float("inf")
    value, limit = rule.get("value"), rule.get("limit")
    each = value is None or (isinstance(value, dict) and value.get("applyLimitPerUniqueValue"))
    return limit if each and isinstance(limit, int) else float("inf")
