"""`python -m tests.benchmarks.bare_requests URL FILE`: sends bodies, one after the other.

FILE is a JSON list of texts. What this takes is what Dagster and Python take, whoever asks.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import httpx


def main(url: str, file: str) -> None:
    bodies = json.loads(Path(file).read_text(encoding="utf-8"))
    with httpx.Client(timeout=60) as client:
        for body in bodies:
            client.post(url, content=body, headers={"content-type": "application/json"}).json()


if __name__ == "__main__":
    main(*sys.argv[1:])
