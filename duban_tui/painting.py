"""How a screen is put together: wide characters stay whole, and what cannot be seen is not painted.

Textual cuts every line of every widget wherever another one begins or ends, also below what lies on top, and
a Chinese character that stands across such a cut becomes two blanks: in a message over the edge of the tree
上次 was read as 上 (Textualize/textual#6357). Here a line is not cut where both sides of the cut show the
same widget and a character stands across it: the left piece takes in the right one, which stays as an empty
piece, so that nothing from below comes through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import cast

from rich.cells import get_character_cell_size
from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip

Chops = dict[int, "Strip | None"]
"""The pieces of one line by the cell at which they begin; None while nothing is painted there."""

_EMPTY = Strip([], 0)


def take_over() -> None:
    """Paint so from now on; may be called again."""
    Compositor._render_chops = _render_chops  # type: ignore[method-assign]


def _render_chops(
    self: Compositor, crop: Region, is_rendered_line: Callable[[int], bool]
) -> Sequence[Mapping[int, Strip]]:
    """As Textual's own, front to back, whoever comes first to a place has it; but for two things.

    The pieces are cut by `_put`; and what lies wholly below others is not painted. Textual paints it all the
    same: half the time of a frame goes into the containers of the list.
    """
    chops: list[Chops] = [dict.fromkeys(cuts[:-1]) for cuts in self.cuts]
    for widget, (region, clip) in self.visible_widgets.items():
        shown = region.intersection(clip)
        wanted = shown.intersection(crop)
        lines = [y for y in wanted.line_range if is_rendered_line(y)]
        if not wanted or not any(_is_open(chops[y], self.cuts[y], wanted) for y in lines):
            continue
        first, last = shown.column_span
        strips = widget.render_lines(shown.translate(-region.offset))
        for y in lines:
            cuts = [cut for cut in self.cuts[y] if first <= cut <= last]
            _put(chops[y], strips[y - shown.y], cuts, shown.x)
    return cast("Sequence[Mapping[int, Strip]]", chops)


def _is_open(line: Chops, cuts: Sequence[int], wanted: Region) -> bool:
    """Whether a piece of a line that reaches into what is wanted is still free."""
    first, last = wanted.column_span
    pieces = zip(line.items(), cuts[1:], strict=True)
    return any(strip is None and cut < last and end > first for (cut, strip), end in pieces)


def _put(line: Chops, strip: Strip, cuts: list[int], left: int) -> None:
    """Put the pieces of a strip, whose first cell is `left`, where nothing is yet."""
    joined = _stood_across(line, strip, cuts, left) if len(cuts) > 2 else ()
    kept = [cut for cut in cuts if cut not in joined]
    pieces = strip.divide([cut - left for cut in kept[1:]])
    for cut, piece in zip(kept, pieces, strict=False):
        if line.get(cut) is None:
            line[cut] = piece
    for cut in joined:
        line[cut] = _EMPTY


def _stood_across(line: Chops, strip: Strip, cuts: list[int], left: int) -> tuple[int, ...]:
    """The inner cuts on both sides of which this strip shows and across which a wide character stands."""
    inner = [cut for before, cut in pairwise(cuts[:-1]) if line.get(before) is None and line.get(cut) is None]
    if not inner:
        return ()
    at, across = left, set[int]()
    for char in strip.text:
        width = get_character_cell_size(char)
        if width == 2:
            across.add(at + 1)
        at += width
    return tuple(cut for cut in inner if cut in across)
