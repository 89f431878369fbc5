"""The palettes: blue and orange, told apart without red against green."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="sixring-dark",
    primary="#7aa2d6",
    secondary="#d9b26f",
    accent="#f0b860",
    success="#6fb7a8",
    warning="#e2a04a",
    error="#ef7d6b",
    foreground="#d8dee6",
    background="#14181e",
    surface="#1a2028",
    panel="#202833",
    dark=True,
    variables={"rule": "#3a4656", "text-muted": "#8fa0b3", "text-disabled": "#5c6a7a"},
)
LIGHT = Theme(
    name="sixring-light",
    primary="#1f5fa8",
    secondary="#7a5510",
    accent="#8a4b00",
    success="#0b6b5d",
    warning="#a35a00",
    error="#b3261e",
    foreground="#1d2530",
    background="#fbfaf7",
    surface="#f1efe9",
    panel="#e6e3db",
    dark=False,
    variables={"rule": "#b9b4a7", "text-muted": "#5b6675", "text-disabled": "#979fa9"},
)
THEMES = (DARK, LIGHT)
STYLES = (
    "dim", "off", "strong", "title", "rule", "note", "key", "number", "good", "alarm", "armed", "cursor",
    "timer", "state-ready", "state-preview", "state-dialing", "state-ringing", "state-talking",
    "state-wrap_up", "state-not_ready", "incoming", "incoming-strong", "incoming-key", "level",
)  # fmt: skip
