"""The one widget of the desk: a pane that repaints only the lines that changed."""

from __future__ import annotations

from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.scene import Scene

Draw = Callable[[Scene, int, int], list[Text]]


class Pane(Widget):
    """Draws lines through Textual's line API; takes no focus and no keys."""

    can_focus = False

    def __init__(self, draw: Draw, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._draw = draw
        self._lines: list[Text] = []

    def show(self, scene: Scene) -> None:
        """Draw `scene`; lines equal to those on the screen are left alone."""
        width, height = self.content_size
        if not self.display or not width or not height:
            return
        lines, old = self._draw(scene, width, height), self._lines
        self._lines = lines
        if len(lines) != len(old):
            self.refresh()
            return
        changed = [Region(0, y, width, 1) for y in range(len(lines)) if not _same(lines[y], old[y])]
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        """One line, its style words looked up in the stylesheet."""
        width = self.content_size.width
        base = self.rich_style
        if y >= len(self._lines):
            return Strip.blank(width, base)
        return Strip(self._segments(self._lines[y], base)).adjust_cell_length(width, base)

    def _segments(self, line: Text, base: Style) -> list[Segment]:
        """The pieces of `line`; its spans follow one another, because `tui.lines` only appends."""
        plain, made, at = line.plain, [], 0
        for span in line.spans:
            if span.start > at:
                made.append(Segment(plain[at : span.start], base))
            made.append(Segment(plain[span.start : span.end], base + self._style(str(span.style))))
            at = span.end
        if at < len(plain):
            made.append(Segment(plain[at:], base))
        return made

    def _style(self, word: str) -> Style:
        return self.screen.get_component_rich_style(f"ink--{word}", partial=True)


def _same(one: Text, other: Text) -> bool:
    return one.plain == other.plain and one.spans == other.spans
