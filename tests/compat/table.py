"""The table of what works where, from the schemas of the releases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from graphql import build_schema, execute_sync, parse

from console.api.server import NEEDED, introduction, read_introduction
from tests.compat.record import rows
from tests.compat.releases import stored_schemas

if TYPE_CHECKING:
    from console.api.server import Server

PAGE = Path("docs/versions.md")
TEXT = """# Versions

Dagster 1.9 and later. On connecting one small question asks for the version and for the fields that not every release has; the answer is kept by address in `servers.json` of the state folder, and asked anew when the server says another version. Documents mark what is optional; what a server lacks is left out.

`make compat` prints the schema of each release from the package index, validates every document against it as it would be sent there, and writes this page. The schemas are kept in `tests/compat/schemas.xz` (23 KB for all), so that the tests need no index: an environment for each takes from 10 to 30 seconds.

{table}

Instead of what is missing: without paged keys, a list of keys is read whole; without event history, which cells are stale is read whole each time and asked of the server where it can't be judged; without a limit of a run's assets, all of them are read; before 1.10.20 an asset that was made before what it is made from is stale, as that Dagster has it; without the daemon's verdicts, freshness is judged by the policies of before 1.11, which count the age of the data.

## At work

The last release of each minor is tried at work: `dagster dev` over SQLite, which starts the webserver and the daemon, on daily, static, two-dimensional and dynamic partitions, checks, deadlines, a failing asset, one run for many partitions, and a random deployment with a past. `make compat` runs it and writes this table.

{held}
"""


def server_of(release: str) -> Server:
    """As the release introduces itself."""
    told = execute_sync(
        build_schema(stored_schemas()[release]), parse(introduction().text), {"version": release}
    )
    return read_introduction(told.data or {}, release)


def page() -> str:
    """The page in Markdown."""
    servers = [server_of(release) for release in stored_schemas()]
    heads = [words.rsplit(" need", 1)[0] for words, _ in NEEDED.values()]
    lines = [["Dagster", *heads], ["---"] * (len(heads) + 1)]
    for server in servers:
        marks = ["" if part in server.lacking else "yes" for part in NEEDED]
        lines.append([server.version, *marks])
    heading, *sentences = rows()
    return TEXT.format(
        table=_table(lines), held=_table([heading, ["---"] * len(heading), *sentences])
    )


def _table(lines: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
