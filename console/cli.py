"""The commands: each a thin function over the same core as the screens."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of `dagdeck`."""
    from console.app import Deck
    from console.settings import read_settings

    Deck(read_settings(sys.argv[1] if len(sys.argv) > 1 else None)).run()
