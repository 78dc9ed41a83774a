"""Styled text of the hand-drawn widgets."""

from __future__ import annotations

StyledText = tuple[str, str]
"""A text and the name of its colour in the theme."""
StyledLine = list[StyledText]
