"""还缺: what a record still lacks; it shrinks as one writes and never blocks a draft."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widgets import Static


class MissingList(Static):
    """The labels of what is missing; at the right of a form it is a column, below one a line."""

    DEFAULT_CSS = """
    MissingList { height: auto; color: $text-muted; }
    """

    def __init__(self, *, upright: bool = False) -> None:
        """List below one another when `upright`, else in one line."""
        super().__init__("", markup=False)
        self._upright = upright

    def show(self, labels: Sequence[str]) -> None:
        """Say what is missing, or that nothing is."""
        if not labels:
            self.update("✓ 不缺")
        elif self._upright:
            self.update("\n".join([f"还缺 {len(labels)} 项", *(f"- {label}" for label in labels)]))
        else:
            self.update(f"还缺 {len(labels)} 项：{'、'.join(labels)}")
