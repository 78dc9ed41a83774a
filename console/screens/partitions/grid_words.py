"""What the grid's screen says of itself: its title, and why it shows nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.reading import MARK
from console.widgets.grid.row_sum import short_counts

if TYPE_CHECKING:
    from console.domain.grid.grid import Grid, GridView
    from console.screens.partitions.asset_choice import AssetChoice
    from console.store.deployment import Deployment


def empty_text(deployment: Deployment, choice: AssetChoice, view: GridView) -> str:
    """Why the grid has no line."""
    structure = deployment.structure
    if structure is None:
        place = deployment.client.place
        known = (
            f"nothing known of {place} yet; `dagdeck up` starts a Dagster here, --url names another"
        )
        return known if deployment.connection.problem else f"asking Dagster at {place} …"
    if not len(structure.graph):
        return structure.why_empty
    if not deployment.rows:
        return "asking for the partitions …"
    if choice.selection and choice.problem:
        return choice.problem
    reading = choice.unread(view)
    if reading:
        return f"nothing so far; reading {len(reading)} assets …"
    if choice.hides:
        return "no asset in sight is kept by the filter; esc shows all again"
    if view.only_bad:
        return "no asset in sight has a missing, failed or stale partition; B shows all again"
    return f"`{choice.selection}` selects no asset now; s selects others"


def title(
    deployment: Deployment,
    choice: AssetChoice,
    view: GridView,
    grid: Grid,
    *,
    ascii_only: bool,
) -> tuple[str, str]:
    """What is in the grid, and what of it isn't read to its end; the same in short."""
    unread = choice.unread(view)
    mark = MARK if unread else ""
    left_out = f"{grid.left_out} of {grid.left_out + len(grid.made)} left out{mark}"
    of = len(set(choice.among(view)) & set(deployment.rows))
    structure = deployment.structure
    reading = f"reading {len(unread)} …" if unread else ""
    filtered = choice.filter_words(len(grid.made), of, all_read=not unread)
    stale = deployment.staleness.words
    words = [
        filtered,
        *(f"{text}{mark}" for text in grid.tally.words),
        stale or reading,
        structure.unseen if structure else "",
        left_out if grid.left_out else "",
    ]
    short = [filtered, short_counts(grid.tally, mark, ascii_only=ascii_only), stale]
    return _joined(words), _joined(short)


def _joined(words: list[str]) -> str:
    return " · ".join(["partitions", *filter(None, words)])
