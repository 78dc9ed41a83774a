"""The list of what is shown by which test names tests that exist."""

from __future__ import annotations

import re

import pytest

from pipelines.settings import REPOSITORY

COVERAGE = (REPOSITORY / "docs" / "coverage.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", COVERAGE)))


@pytest.mark.parametrize("named", NAMED)
def test_each_test_in_the_list_exists(named: str) -> None:
    path, _, name = named.partition("::")
    code = (REPOSITORY / path).read_text()
    assert f"def {name or 'test_'}" in code


def test_each_row_that_is_ticked_names_a_test() -> None:
    ticked = [line for line in COVERAGE.splitlines() if line.startswith("| ✓")]
    assert len(ticked) > 30
    assert all(re.search(r"`tests/", line) for line in ticked)
