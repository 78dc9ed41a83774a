"""What the app shows, as SVG and PNG."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import resvg_py

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import App

FONTS = "DejaVu Sans Mono, Menlo, Consolas, Liberation Mono, monospace"
_FONT_FACE = re.compile(r"@font-face \{.*?\}", re.DOTALL)
_FAMILY = re.compile(r"font-family: Fira Code, monospace;")
_TITLE_FAMILY = re.compile(r"font-family: arial;")
ZOOM = 1


class NoFont(Exception):
    """Nothing on this machine can draw the text of a terminal."""

    def __init__(self) -> None:
        super().__init__("no monospace font is found; on Debian: apt-get install fonts-dejavu-core")


def take(app: App[None], name: str, folder: Path) -> None:
    """Writes `<name>.svg` and `<name>.png`. Raises NoFont."""
    svg = _with_local_fonts(app.export_screenshot(title="dagdeck"))
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
    (folder / f"{name}.png").write_bytes(png(svg))


def png(svg: str) -> bytes:
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=ZOOM, monospace_family=_monospace()))


def check_fonts() -> None:
    """Raises NoFont where a letter leaves no trace."""
    frame = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">{}</svg>'
    letter = f'<text x="2" y="16" fill="#000" font-family="{FONTS}">■</text>'
    if png(frame.format(letter)) == png(frame.format("")):
        raise NoFont


def _monospace() -> str:
    return FONTS.partition(",")[0]


def _with_local_fonts(svg: str) -> str:
    """Textual's template loads its font from the net, which a README's picture can't."""
    svg = _FONT_FACE.sub("", svg)
    svg = _FAMILY.sub(f"font-family: {FONTS};", svg)
    return _TITLE_FAMILY.sub(f"font-family: {FONTS};", svg)
