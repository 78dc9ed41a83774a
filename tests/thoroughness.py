"""How often what goes wrong by chance is tried: `make test-thorough` tries it more often."""

from __future__ import annotations

import os

THOROUGH = os.environ.get("DAGDECK_THOROUGH") == "1"


def rounds(thorough: int, usual: int) -> int:
    """The number of rounds of a test in this session."""
    return thorough if THOROUGH else usual
