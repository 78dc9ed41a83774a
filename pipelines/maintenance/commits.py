"""Commits of maintenance, which yield to those of runs."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table, Transaction

ATTEMPTS = 10
Result = TypeVar("Result")


def commit(table: Table, change: Callable[[Table, Transaction], Result]) -> Result:
    """Makes the change on the newest table; made anew from there where a run committed first.

    Raises CommitFailedException where runs committed first, 10 times.
    """
    for attempt in range(ATTEMPTS):
        table.refresh()
        try:
            with table.transaction() as transaction:
                return change(table, transaction)
        except CommitFailedException:
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(random.uniform(0, 0.2))
    raise AssertionError("an attempt returns or raises")
