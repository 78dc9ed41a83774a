"""A second code location."""

import dagster as dg


@dg.asset
def weather() -> None:
    """The whole of it."""


definitions = dg.Definitions(assets=[weather])
