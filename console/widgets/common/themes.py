"""The themes: what each token of the design looks like, for Textual's CSS and for drawn lines.

A token is a meaning (`good`, `bad`, `rule`, …), never a place. `colour-blind` uses the
palette of Okabe and Ito (2008); `ansi` leaves every colour to the terminal.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from textual.theme import Theme


@dataclass(frozen=True, slots=True)
class Palette:
    """A colour for each token, as `#rrggbb` or as one of the terminal's own names."""

    text: str
    dim: str
    good: str
    warn: str
    bad: str
    run: str
    wait: str
    background: str
    panel: str
    raised: str
    """Behind a line to type into."""
    highlight: str
    """Behind the line under the cursor."""
    selection: str
    rule: str
    cursor: str
    """Behind the cell under the cursor."""
    cursor_text: str


DARK = Palette(
    text="#d0d7de",
    dim="#6e7681",
    good="#3fb950",
    warn="#e3b341",
    bad="#ff7b72",
    run="#79b8ff",
    wait="#56d4dd",
    background="#0d1117",
    panel="#161b22",
    raised="#1c2330",
    highlight="#1f2a3a",
    selection="#3a4d6b",
    rule="#30363d",
    cursor="#f0f6fc",
    cursor_text="#0d1117",
)
LIGHT = Palette(
    text="#1f2328",
    dim="#656d76",
    good="#1a7f37",
    warn="#9a6700",
    bad="#cf222e",
    run="#0969da",
    wait="#1b7c83",
    background="#ffffff",
    panel="#f6f8fa",
    raised="#eaeef2",
    highlight="#ddeaf8",
    selection="#b6d4fe",
    rule="#d0d7de",
    cursor="#1f2328",
    cursor_text="#ffffff",
)
CONTRAST = Palette(
    text="#ffffff",
    dim="#c0c0c0",
    good="#00ff5f",
    warn="#ffff00",
    bad="#ff8080",
    run="#5fd7ff",
    wait="#5fffff",
    background="#000000",
    panel="#000000",
    raised="#262626",
    highlight="#00386b",
    selection="#005faf",
    rule="#ffffff",
    cursor="#ffffff",
    cursor_text="#000000",
)
COLOUR_BLIND = Palette(
    text="#d0d7de",
    dim="#7d8590",
    good="#56b4e9",
    warn="#f0e442",
    bad="#ff8c42",
    run="#cc79a7",
    wait="#00c08b",
    background="#0d1117",
    panel="#161b22",
    raised="#1c2330",
    highlight="#1f2a3a",
    selection="#3a4d6b",
    rule="#30363d",
    cursor="#f0f6fc",
    cursor_text="#0d1117",
)
ANSI = Palette(
    text="default",
    dim="bright_black",
    good="green",
    warn="yellow",
    bad="red",
    run="bright_blue",
    wait="cyan",
    background="default",
    panel="default",
    raised="default",
    highlight="default",
    selection="blue",
    rule="bright_black",
    cursor="white",
    cursor_text="black",
)
PALETTES = {
    "dark": DARK,
    "light": LIGHT,
    "contrast": CONTRAST,
    "colour-blind": COLOUR_BLIND,
    "ansi": ANSI,
}
"""By the name that a person chooses."""
FIRST_THEME = "dark"


def theme_of(name: str) -> Theme:
    """The theme of Textual for one of `PALETTES`, its tokens as variables of the CSS."""
    palette, ansi = PALETTES[name], name == "ansi"
    tokens = {
        token: f"ansi_{colour}" if ansi else colour for token, colour in asdict(palette).items()
    }
    variables = {f"deck-{token.replace('_', '-')}": colour for token, colour in tokens.items()}
    return Theme(
        name=textual_name(name),
        primary=tokens["run"],
        foreground=tokens["text"],
        background=tokens["background"],
        surface=tokens["background"],
        panel=tokens["panel"],
        boost=tokens["raised"],
        success=tokens["good"],
        warning=tokens["warn"],
        error=tokens["bad"],
        accent=tokens["run"],
        dark=name != "light",
        ansi=ansi,
        variables=variables,
    )


def textual_name(name: str) -> str:
    """The name that a theme is registered by."""
    return f"dagdeck-{name}"
