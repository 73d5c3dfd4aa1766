"""Pick a unit by typing its name, short name, pinyin initials or code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Protocol

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from duban_tui.widgets.field import Typed
from duban_tui.widgets.line_input import LineInput

SHOWN = 8
"""Units offered at a time; typing on is quicker than scrolling."""


class UnitLike(Protocol):
    """What a picker needs to know of a unit (a row of `db.units`)."""

    @property
    def uid(self) -> str:
        """Its identity."""

    @property
    def name(self) -> str:
        """Its full name."""

    @property
    def path(self) -> str:
        """Where it stands, from the district down."""


Source = Callable[[str], Sequence[UnitLike]]
"""Gives the units that fit what was typed, best first."""

Known = Callable[[str], UnitLike | None]
"""Gives the unit of a uid."""


class _Line(LineInput):
    """The line in which a unit is typed; arrows and Enter belong to the picker while units are offered."""

    def lead_on(self, event: events.Key) -> None:
        """The picker looks at the key first."""
        assert isinstance(self.parent, UnitPicker)
        if self.parent.takes(event.key):
            event.stop()
            event.prevent_default()
        else:
            super().lead_on(event)


class UnitPicker(Vertical):
    """One unit. Its `typed` is ``{"uid", "text"}``; it means the uid."""

    DEFAULT_CSS = """
    UnitPicker { height: auto; }
    UnitPicker > OptionList { height: auto; max-height: 8; border: none; padding: 0; display: none; }
    UnitPicker > OptionList.-offering { display: block; }
    UnitPicker > .chosen { height: auto; color: $text-muted; display: none; }
    UnitPicker > .chosen.-shown { display: block; }
    """

    stays: ClassVar[bool] = False
    """Whether Enter on an offered unit stays in the field."""

    def __init__(self, source: Source, known: Known, *, free_text: bool = False) -> None:
        """Offer what `source` finds.

        Args:
            source: units for what was typed.
            known: the unit of a uid, to put a draft back.
            free_text: a name that no unit has is an answer too (it goes to 待认领).
        """
        super().__init__()
        self._source = source
        self._known = known
        self._free_text = free_text
        self._unit: UnitLike | None = None
        self._offered: Sequence[UnitLike] = ()
        self._answered = ""
        """The text that the offer stands for."""
        self._line = _Line(placeholder="名称、简称、拼音首字母或代码")
        self._list = OptionList(markup=False)
        self._list.can_focus = False
        self._chosen = Static("", classes="chosen", markup=False)

    def compose(self) -> ComposeResult:
        """The line, what was chosen, and below what is offered."""
        yield self._line
        yield self._chosen
        yield self._list

    @property
    def unit(self) -> UnitLike | None:
        """The unit that was picked."""
        return self._unit

    @property
    def text(self) -> str:
        """What stands in the line."""
        return self._line.value.strip()

    @property
    def typed(self) -> Any:
        """For a draft: the uid where one was picked, and the text."""
        if self._unit is None and not self.text:
            return None
        return {"uid": self._unit.uid if self._unit else None, "text": self.text}

    @typed.setter
    def typed(self, typed: Any) -> None:
        unit = self._known(typed["uid"]) if typed and typed["uid"] else None
        if unit is not None:
            self._take(unit)
        else:
            self._unit = None
            self._line.value = typed["text"] if typed else ""

    def entered(self) -> str | None:
        """The uid; ``None`` when blank, or when a free name stands there.

        Raises:
            ValueError: a name that is no unit, or several.
        """
        if self._unit is not None:
            return self._unit.uid
        if not self.text or self._free_text:
            return None
        raise ValueError(f"没有选定单位：“{self.text}”，请从列出的单位中选一个")

    @on(Input.Changed)
    def keep_up(self, event: Input.Changed) -> None:
        """Show what fits as one types."""
        event.stop()
        self._offer()

    def _offer(self) -> None:
        """Show what fits; a picked unit stays picked only while its name stands there."""
        if self._answered == self.text:
            return
        self._answered = self.text
        if self._unit is not None and self.text == self._unit.name:
            return
        self._unit = None
        self._describe()
        self._offered = self._source(self.text)[:SHOWN] if self.text else ()
        self._list.set_options(Option(_shown(unit), id=unit.uid) for unit in self._offered)
        self._list.set_class(bool(self._offered), "-offering")
        if self._offered:
            self.call_after_refresh(self.scroll_visible, animate=False)
            self._list.highlighted = 0
        elif self.text:
            self._say("没有这个单位" + ("，将列入待认领" if self._free_text else ""))

    def takes(self, key: str) -> bool:
        """Whether a key was meant for what is offered: arrows point, Enter takes."""
        self._offer()
        if not self._offered:
            return False
        if key == "enter":
            self._take(self._offered[self._list.highlighted or 0])
            return self.stays
        if key == "down":
            self._list.action_cursor_down()
        elif key == "up":
            self._list.action_cursor_up()
        return key in ("down", "up")

    @on(OptionList.OptionSelected)
    def take_clicked(self, event: OptionList.OptionSelected) -> None:
        """A click takes a unit."""
        event.stop()
        self._take(self._offered[event.option_index])
        self._line.focus()

    def on_descendant_blur(self, _event: events.DescendantBlur) -> None:
        """What is offered goes when the field is left."""
        self._offer_nothing()

    def _take(self, unit: UnitLike) -> None:
        self._unit = unit
        self._line.value = unit.name
        self._line.cursor_position = len(unit.name)
        self._say(unit.path if unit.path != unit.name else "")
        self._offer_nothing()
        self.post_message(Typed())

    def _describe(self) -> None:
        """Nothing to say of a name that is being typed."""
        self._say("")

    def _offer_nothing(self) -> None:
        self._offered = ()
        self._list.remove_class("-offering")

    def _say(self, text: str) -> None:
        self._chosen.update(text)
        self._chosen.set_class(bool(text), "-shown")


class UnitsPicker(UnitPicker):
    """Several units: each one taken joins the list; Backspace in the empty line takes the last away."""

    stays = True

    def __init__(self, source: Source, known: Known) -> None:
        """Start with no unit."""
        super().__init__(source, known)
        self._units: list[UnitLike] = []

    @property
    def typed(self) -> Any:
        """For a draft: the uids, and the text not yet taken."""
        if not self._units and not self.text:
            return None
        return {"uids": [unit.uid for unit in self._units], "text": self.text}

    @typed.setter
    def typed(self, typed: Any) -> None:
        units = [self._known(uid) for uid in (typed["uids"] if typed else ())]
        self._units = [unit for unit in units if unit is not None]
        self._line.value = typed["text"] if typed else ""
        self._describe()

    def entered(self) -> Any:
        """The uids, possibly none.

        Raises:
            ValueError: a name was typed and not taken.
        """
        if self.text:
            raise ValueError(f"没有选定单位：“{self.text}”，请从列出的单位中选一个，或清空")
        return [unit.uid for unit in self._units]

    def on_key(self, event: events.Key) -> None:
        """Backspace in the empty line takes the last unit away."""
        if event.key == "backspace" and not self._line.value and self._units:
            event.stop()
            self._units.pop()
            self._describe()
            self.post_message(Typed())

    def _take(self, unit: UnitLike) -> None:
        if unit.uid not in [known.uid for known in self._units]:
            self._units.append(unit)
        self._line.value = ""
        self._offer_nothing()
        self._describe()
        self.post_message(Typed())

    def _describe(self) -> None:
        """The units taken so far."""
        names = "、".join(unit.name for unit in self._units)
        self._say(f"已选 {len(self._units)} 个：{names}（空栏按退格去掉最后一个）" if names else "")


def _shown(unit: UnitLike) -> Content:
    """A unit in the list: its name, then where it stands."""
    parents = unit.path.removesuffix(unit.name).rstrip(" /")
    return Content.assemble(unit.name, ("  " + parents, "$text-muted")) if parents else Content(unit.name)
