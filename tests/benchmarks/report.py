"""`docs/benchmarks.md`: a section for each benchmark that has more to tell than a line."""

from __future__ import annotations

import re
from pathlib import Path

FILE = Path("docs/benchmarks.md")
TITLE = "# Benchmarks\n\nWritten by `make bench`; each section by the run that measured it last.\n"


def write(heading: str, text: str, file: Path = FILE) -> None:
    """Puts `text` under `## heading`, in place of what was there; other sections stay."""
    old = file.read_text(encoding="utf-8") if file.exists() else TITLE
    section = f"## {heading}\n\n{text.strip()}\n"
    place = re.compile(rf"^## {re.escape(heading)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    if place.search(old):
        new = place.sub(lambda _: section + "\n", old)
    else:
        new = f"{old.rstrip()}\n\n{section}"
    file.parent.mkdir(exist_ok=True)
    file.write_text(new.rstrip() + "\n", encoding="utf-8")
