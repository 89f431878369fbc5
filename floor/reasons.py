"""Why a rep may be not-ready, and why a lead may be skipped: short lists, so that reports can count."""

from __future__ import annotations

from floor.view import Choice

PAUSES: tuple[Choice, ...] = (
    Choice("1", "Break", "break"),
    Choice("2", "Lunch", "lunch"),
    Choice("3", "Meeting", "meeting"),
    Choice("4", "Training", "training"),
    Choice("5", "Paperwork", "paperwork"),
    Choice("6", "Technical trouble", "technical"),
)

SKIPS: tuple[Choice, ...] = (
    Choice("1", "Someone else is talking to them", "in_contact"),
    Choice("2", "I need to prepare first", "prepare"),
    Choice("3", "Wrong language for me", "language"),
    Choice("4", "Conflict of interest", "conflict"),
    Choice("5", "The data looks wrong", "bad_data"),
    Choice("6", "Other", "other"),
)


def label_of(choices: tuple[Choice, ...], value: str) -> str:
    """The words of `value`; the value itself when the list has none."""
    return next((choice.label for choice in choices if choice.value == value), value)
