"""Colours: which theme a terminal gets, and our own light one. The only place with colour values.

Measured (docs/ARCHITECTURE.md, "Terminal"): on 16 colours the RGB themes paint error and warning alike,
so such terminals get the ANSI themes; Textual's own light theme is too pale for warnings (3.3:1).
"""

from __future__ import annotations

from rich.console import Console
from textual.theme import Theme

DARK = "textual-dark"
LIGHT = "duban-light"
ANSI = "ansi-dark"
ANSI_LIGHT = "ansi-light"

CYCLE = (DARK, LIGHT, ANSI, ANSI_LIGHT)
"""The order in which the command 明暗配色 walks."""

LABELS = {DARK: "深色", LIGHT: "浅色", ANSI: "终端本色（深底）", ANSI_LIGHT: "终端本色（浅底）"}

OWN_LIGHT = Theme(
    name=LIGHT,
    primary="#004578",
    secondary="#0178D4",
    accent="#6B2FA0",
    warning="#8A4B00",
    error="#A4133C",
    success="#146C2E",
    foreground="#1E1E1E",
    background="#F4F4F4",
    surface="#E6E6E6",
    panel="#DADADA",
    dark=False,
    variables={
        "text-warning": "#8A4B00",
        "text-error": "#A4133C",
        "text-success": "#146C2E",
        "text-accent": "#6B2FA0",
        "text-primary": "#004578",
        "text-disabled": "#6E6E6E",
    },
)
"""Text colours reach 4.5:1 on its background."""


def choose(wanted: str, console: Console, *, no_color: bool = False) -> str:
    """The theme for a terminal: `wanted` is auto, dark, light, ansi, or a theme of `CYCLE`."""
    if wanted in CYCLE:
        return wanted
    few_colours = console.color_system in (None, "standard") or no_color
    if wanted == "ansi" or few_colours:
        return ANSI_LIGHT if wanted == "light" else ANSI
    return LIGHT if wanted == "light" else DARK


def following(current: str) -> str:
    """The theme after this one."""
    return CYCLE[(CYCLE.index(current) + 1) % len(CYCLE)] if current in CYCLE else DARK
