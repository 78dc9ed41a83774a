"""The zone that the stored rows were given their days in; it must not change under them."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from pipelines.settings import Settings

MOVING = "on the way to "
"""Stands before the zone while the rows are given their days in it."""
WAY_OUT = (
    "move the days to the new zone (`dagdeck down`, `python -m pipelines.operations.rezone`, "
    "`dagdeck up`, a backfill; docs/runbook.md, The zone must change)"
)


class ZoneChangedError(RuntimeError):
    """`DAGDECK_TIMEZONE` is not the zone that the stored rows were given their days in."""


def zone_path(settings: Settings) -> Path:
    return settings.home / "timezone"


def demand_zone(settings: Settings) -> None:
    """Keeps the zone with the state the first time; raises ZoneChangedError where it differs."""
    path = zone_path(settings)
    if not _kept(path):
        _keep(path, settings.timezone)
    demand_same_zone(settings)


def demand_same_zone(settings: Settings) -> None:
    """Raises ZoneChangedError where another zone is kept than that of the settings."""
    kept, wanted = _kept(zone_path(settings)), settings.timezone
    if kept.startswith(MOVING):
        raise ZoneChangedError(
            f"the days in {settings.home} are {kept!r}, and not all of them have arrived: run "
            "`python -m pipelines.operations.rezone` again, with DAGDECK_TIMEZONE="
            f"{kept.removeprefix(MOVING)!r}"
        )
    if kept and kept != wanted:
        raise ZoneChangedError(
            f"DAGDECK_TIMEZONE={wanted!r}, and the days in {settings.home} are those of {kept!r}: "
            f"set it back, or {WAY_OUT}"
        )


def is_kept(settings: Settings) -> bool:
    """Whether the zone of the days is known."""
    return bool(_kept(zone_path(settings)))


def begin_move(settings: Settings) -> None:
    """Notes that rows are given the days of the settings' zone, so that none runs until all have them."""
    _replace(zone_path(settings), f"{MOVING}{settings.timezone}")


def end_move(settings: Settings) -> None:
    """Notes that all rows have the days of the settings' zone."""
    _replace(zone_path(settings), settings.timezone)


def _kept(path: Path) -> str:
    with suppress(FileNotFoundError):
        return path.read_text().strip()
    return ""


def _keep(path: Path, zone: str) -> None:
    """Keeps the zone; where two keep it at once, the first is kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    own_file = _written(path, zone)
    with suppress(FileExistsError):
        os.link(own_file, path)
    own_file.unlink()


def _replace(path: Path, words: str) -> None:
    _written(path, words).replace(path)


def _written(path: Path, words: str) -> Path:
    """A file of this process's own beside the path."""
    own_file = path.with_name(f"{path.name}.{os.getpid()}")
    own_file.write_text(f"{words}\n")
    return own_file
