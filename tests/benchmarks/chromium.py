"""A headless Chromium, told what to do over its DevTools protocol; with what its pages show."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import time
from typing import TYPE_CHECKING, Any, Self

import httpx
from websockets.sync.client import ClientConnection, connect

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
LISTENS = re.compile(r"DevTools listening on ws://([^/]+)/")
LOOK_SECONDS = 0.02
MISSING = "no Chromium is installed here (on Debian: apt-get install chromium)"


def found() -> str | None:
    """The browser's path; None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Chromium:
    """One window on `url`; time is in seconds of `time.monotonic()`."""

    def __init__(self, url: str, *, width: int = 1600, height: int = 1000) -> None:
        program = found()
        assert program, MISSING
        self._folder = tempfile.TemporaryDirectory(
            prefix="dagdeck-chromium-", ignore_cleanup_errors=True
        )
        command = [
            program,
            "--headless=new",
            "--no-sandbox",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--remote-debugging-port=0",
            f"--user-data-dir={self._folder.name}",
            f"--window-size={width},{height}",
            url,
        ]
        self.started_at = time.monotonic()
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        self._page = self._connect()
        self._asked = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._page.close()
        self._process.terminate()
        self._process.wait(20)
        self._folder.cleanup()

    def _connect(self) -> ClientConnection:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if listens := LISTENS.search(line):
                break
        else:
            raise AssertionError("Chromium ended before it listened")
        while True:
            pages = httpx.get(f"http://{listens[1]}/json/list", timeout=10).json()
            for page in pages:
                if page["type"] == "page":
                    return connect(page["webSocketDebuggerUrl"], max_size=None)
            time.sleep(LOOK_SECONDS)

    def ask(self, method: str, **params: Any) -> Any:
        """The result of a command of the DevTools protocol."""
        self._asked += 1
        self._page.send(json.dumps({"id": self._asked, "method": method, "params": params}))
        while True:
            answer = json.loads(self._page.recv(60))
            if answer.get("id") == self._asked:
                return answer["result"]

    def text(self) -> str:
        """All text that the page shows now."""
        expression = "document.body ? document.body.innerText : ''"
        return str(self.ask("Runtime.evaluate", expression=expression)["result"].get("value", ""))

    def wait_for(self, text: str, seconds: float = 60.0) -> float:
        """When the page showed a text that the expression `text` matches."""
        deadline = time.monotonic() + seconds
        while not re.search(text, shown := self.text()):
            assert time.monotonic() < deadline, f"{text}: not within {seconds:g} s in: {shown}"
            time.sleep(LOOK_SECONDS)
        return time.monotonic()

    def picture(self, file: Path) -> None:
        """The page as PNG."""
        import base64

        file.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot")["data"]))
