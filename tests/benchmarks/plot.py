"""Small line charts side by side, as one SVG; both axes grow by factors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

Lines = Mapping[str, Sequence[tuple[float, float]]]
WIDTH, HEIGHT, EDGE, TOP, BOTTOM = 260, 200, 44, 34, 46
COLOURS = ("#79b8ff", "#3fb950", "#e3b341", "#ff7b72")
TEXT = '<text x="{:.1f}" y="{:.1f}" text-anchor="{}" fill="{}">{}</text>'
GREY = "#6e7681"


def svg(panels: Mapping[str, Lines], across: str) -> str:
    """A panel for each title with its named lines of (x, y), all above 0; x is `across`."""
    drawn = [
        f'<g transform="translate({at * WIDTH},0)">{_panel(title, lines, across)}</g>'
        for at, (title, lines) in enumerate(panels.items())
    ]
    names = list(next(iter(panels.values())))
    width = WIDTH * len(panels)
    legend = "".join(
        TEXT.format(EDGE + 150 * at, HEIGHT + 16, "start", COLOURS[at], f"● {escape(name)}")
        for at, name in enumerate(names)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT + 28}" '
        f'font-family="sans-serif" font-size="11">\n'
        f'<rect width="100%" height="100%" fill="#0d1117"/>\n'
        + "\n".join(drawn)
        + legend
        + "</svg>\n"
    )


def _panel(title: str, lines: Lines, across: str) -> str:
    points = [point for line in lines.values() for point in line]
    xs, ys = sorted({x for x, _ in points}), [y for _, y in points]
    bottom, top = _decade(min(ys), math.floor), _decade(max(ys), math.ceil)
    left, right = xs[0], xs[-1]

    def place(x: float, y: float) -> tuple[float, float]:
        over = _share(x, left, right) * (WIDTH - EDGE - 20)
        up = _share(y, bottom, top) * (HEIGHT - TOP - BOTTOM)
        return EDGE + over, HEIGHT - BOTTOM - up

    parts = [TEXT.format(EDGE, 18, "start", "#d0d7de", escape(title))]
    parts += [_level(place(left, y)[1], y) for y in _levels(bottom, top)]
    parts += [
        TEXT.format(place(x, bottom)[0], HEIGHT - BOTTOM + 16, "middle", GREY, f"{x:,.0f}")
        for x in xs
    ]
    parts.append(TEXT.format(WIDTH / 2 + 10, HEIGHT - 14, "middle", GREY, across))
    for colour, line in zip(COLOURS, lines.values(), strict=False):
        parts.append(_line([place(x, y) for x, y in line], colour))
    return "".join(parts)


def _line(points: Sequence[tuple[float, float]], colour: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>{dots}'


def _level(at: float, value: float) -> str:
    line = f'<line x1="{EDGE}" x2="{WIDTH - 16}" y1="{at:.1f}" y2="{at:.1f}" stroke="#21262d"/>'
    return line + TEXT.format(EDGE - 6, at + 4, "end", GREY, f"{value:g}")


def _levels(bottom: float, top: float) -> list[float]:
    """1, 2 and 5 of each power of ten from `bottom` to `top`."""
    powers = range(round(math.log10(bottom)), round(math.log10(top)) + 1)
    steps = [step * 10.0**power for power in powers for step in (1, 2, 5)]
    return [value for value in steps if bottom <= value <= top * 1.001]


def _decade(value: float, rounded: object) -> float:
    """The power of ten below or above."""
    assert callable(rounded)
    return float(10.0 ** rounded(math.log10(value)))


def _share(value: float, low: float, high: float) -> float:
    return math.log(value / low) / math.log(high / low) if high > low else 0.5
