"""The message row: what just happened or why a key did nothing; or the line being typed."""

from __future__ import annotations

from rich.text import Text

from tui.lines import clean, line
from tui.scene import Scene
from tui.ui import Mode


def message(scene: Scene, width: int, _: int) -> list[Text]:
    """The typed line, else a question, else the screen's own word, else the desk's."""
    ui, view = scene.ui, scene.view
    prompts = {
        Mode.NOTE: f"note for {clean(ui.lead_name, 20)}> ",
        Mode.CALLBACK_TIME: "call back> ",
        Mode.FIND: "find> ",
        Mode.NUMBER: "dial> ",
        Mode.TRANSFER_NUMBER: "give the call to> ",
    }
    if ui.mode in prompts:
        return [_typed_line(prompts[ui.mode], ui.line.text, ui.line.cursor, width)]
    if ui.armed is not None:
        return [line((" [?] ", "armed"), (ui.message, "armed"), width=width)]
    if ui.message:
        return [line(" ", (ui.message, "note"), width=width)]
    if view.alarm and view.message:
        return [line((" [!] FAULT ", "alarm"), (view.message, "alarm"), width=width)]
    if view.message:
        return [line(" ", view.message, width=width)]
    return [line(" ", (view.news, "dim"), width=width)]


def _typed_line(prompt: str, text: str, cursor: int, width: int) -> Text:
    """The part of a typed line that holds its cursor."""
    made = line(" ", (prompt, "key"), width=width)
    room = max(width - made.cell_len - 2, 1)
    before = text[:cursor]
    while Text(before).cell_len > room:
        before = before[1:]
    made.append_text(line(before, width=room))
    made.append(text[cursor : cursor + 1] or " ", "cursor")
    made.append_text(line(text[cursor + 1 :], width=max(width - made.cell_len, 0)))
    return made
