"""Every change of one place in a file: an operator, a constant, a condition, `any` for `all`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.plugins import get_operator, operator_names

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = (
    "AddNot",
    "NumberReplacer",
    "ReplaceAndWithOr",
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_Div_Mul",
    "ReplaceBinaryOperator_Mul_Div",
    "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBreakWithContinue",
    "ReplaceComparisonOperator",
    "ReplaceContinueWithBreak",
    "ReplaceFalseWithTrue",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceUnaryOperator_Delete_Not",
)
"""The starts of the names of cosmic-ray's operators that are used; those left out change types."""
FOR_TYPES = "if TYPE_CHECKING"
"""Nothing that runs depends on it."""
OPPOSITES = {"any": "all", "all": "any", "min": "max", "max": "min"}


class OppositeCall(Operator):  # type: ignore[misc]  # the base has no types
    """Calls `any` in place of `all`, `min` in place of `max`, and the other way round."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        following = node.get_next_sibling() if node.type == "name" else None
        called = following is not None and following.get_first_leaf().value == "("
        if called and node.value in OPPOSITES and node.get_previous_leaf() != ".":
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, _index: int) -> Any:
        node.value = OPPOSITES[node.value]
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example("any(x)", "all(x)"),)


@dataclass(frozen=True)
class Mutation:
    """One place in one file, and what is put there."""

    file: Path
    operator: str
    occurrence: int
    line: int

    def mutated(self, code: str) -> str | None:
        """The file's text with the change; None where it makes no difference."""
        visitor = MutationVisitor(self.occurrence, _operator(self.operator))
        changed = str(visitor.walk(get_ast(code)).get_code())
        return None if changed == code else changed


def mutations(file: Path) -> list[Mutation]:
    """All of a file, in the order of cosmic-ray's operators."""
    code = file.read_text(encoding="utf-8")
    names = [name for name in operator_names() if name.split("/")[-1].startswith(KINDS)]
    lines = code.splitlines()
    nodes = list(ast_nodes(get_ast(code)))
    found: list[Mutation] = []
    for name in [*names, OppositeCall.__name__]:
        operator = _operator(name)
        positions = [at for node in nodes for at in operator.mutation_positions(node)]
        found += [
            Mutation(file, name, at, line)
            for at, ((line, _), _) in enumerate(positions)
            if FOR_TYPES not in lines[line - 1]
        ]
    return found


def _operator(name: str) -> Operator:
    return OppositeCall() if name == OppositeCall.__name__ else get_operator(name)()
