"""How wide this terminal draws ambiguous characters (“”—…·①): it was asked at the start, and is believed.

Unicode leaves their width to the terminal (East Asian Width "A"); rich counts them as one cell. Where a
terminal draws two, every line with a Chinese quotation mark would shift, so rich is told.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache


def set_up(wanted: str, *, drawn_wide: bool = False) -> bool:
    """Take the width that the config says (auto = as it is drawn, narrow, wide); whether it is wide."""
    wide = wanted == "wide" or (wanted == "auto" and drawn_wide)
    if wide:
        count_ambiguous_as_wide()
    return wide


def count_ambiguous_as_wide() -> None:
    """Let `rich.cells` (and with it Textual) count ambiguous characters as two cells."""
    from rich import cells

    load = cells.load_cell_table  # type: ignore[attr-defined]

    @lru_cache(maxsize=4)
    def widened(unicode_version: str = "auto") -> cells.CellTable:
        table = load(unicode_version)
        known = {point for start, end, _width in table.widths for point in range(start, end + 1)}
        ambiguous = ((point, point, 2) for point in _ambiguous() if point not in known)
        return table._replace(widths=sorted([*table.widths, *ambiguous]))

    cells.load_cell_table = widened  # type: ignore[attr-defined]
    cells._is_single_cell_widths = str.isascii
    cells.get_character_cell_size.cache_clear()
    cells.cached_cell_len.cache_clear()


def _ambiguous() -> list[int]:
    planes = range(0xA0, 0xE000)
    return [point for point in planes if unicodedata.east_asian_width(chr(point)) == "A"]
