"""Which tests must share a worker, which begin first, and how long each part took."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain

import pytest

SHARED = {"deployment": "deployment", "lakehouse_settings": "lakehouse"}
"""By the fixture of a session: the group whose tests run one after the other on one worker."""
LONGEST_FIRST = (
    "deployment",
    "lakehouse",
    "tests/upgrade",
    "tests/live",
    "tests/faults",
    "tests/terminal",
)


def group_of(item: pytest.Item) -> str:
    """The shared fixture that the test needs, else its file."""
    fixtures: list[str] = getattr(item, "fixturenames", [])
    file = item.nodeid.partition("::")[0]
    return next((SHARED[name] for name in SHARED if name in fixtures), file)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that share a server or a file stay together; where workers share, the longest go first."""
    groups = {item: group_of(item) for item in items}
    for item, group in groups.items():
        item.add_marker(pytest.mark.xdist_group(group))
    if config.getoption("dist", "no") != "no":
        items.sort(key=lambda item: _rank(groups[item]))


def _rank(group: str) -> int:
    found = (at for at, start in enumerate(LONGEST_FIRST) if group.startswith(start))
    return next(found, len(LONGEST_FIRST))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A line a part: the seconds that its tests took, one after the other."""
    seconds: defaultdict[str, float] = defaultdict(float)
    counts: Counter[str] = Counter()
    for report in chain.from_iterable(terminalreporter.stats.values()):
        if isinstance(report, pytest.TestReport):
            part = "superset" if "superset" in report.keywords else report.nodeid.split("/")[1]
            seconds[part] += report.duration
            counts[part] += report.when == "call"
    if len(seconds) > 1:
        terminalreporter.write_line("")
        for part, took in sorted(seconds.items(), key=lambda item: -item[1]):
            terminalreporter.write_line(f"{part:<12} {counts[part]:5} tests {took:6.0f} s")
