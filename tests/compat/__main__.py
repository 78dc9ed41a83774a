"""`make compat`: every release anew, from the package index, and the tables of what works where.

Releases named as arguments are tried at work alone; their schemas are left as they are.
"""

from __future__ import annotations

import sys

import pytest

from tests.compat.record import Record
from tests.compat.releases import FIRST_AND_LAST, LAST, newest_release, python_of, schema_of, store
from tests.compat.table import PAGE, page

AT_WORK = "tests/compat/test_running.py"
OPTIONS = ("-q", "-m", "releases", "-n", "2", "--dist", "loadgroup")


def main(named: list[str]) -> int:
    """The exit code of the tests: on the schemas as they were just printed, then at work."""
    if not named:
        _print_schemas()
    for release in named or LAST:
        python_of(release)
    record = Record()
    wanted = " or ".join(named or LAST)
    worked = pytest.main([*OPTIONS, "-k", wanted, AT_WORK], plugins=[record])
    record.keep()
    PAGE.write_text(page())
    valid = 0 if named else pytest.main(["-q", "tests/compat"])
    return int(worked or valid)


def _print_schemas() -> None:
    schemas = {}
    for release in dict.fromkeys((*FIRST_AND_LAST, newest_release())):
        print(f"schema of {release}", flush=True)
        schemas[release] = schema_of(release)
    store(schemas)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
