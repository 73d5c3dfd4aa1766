"""From a written name to a unit. Where more than one fits, it names them and decides nothing.

A name is read from the left: each part that names a unit below the one before leads further down
(重庆市 | 渝北区 | 大湾镇). What is left is looked for among the children by full name, short name and
alias, then by abbreviation, at last by exact name anywhere below. Living units come first; then those
of the day that was asked for; then whatever a unit was ever called.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from db.connection import Connection
from db.terms import DIVISION_KIND
from db.units import names, tree
from db.units.tree import UnitRow

MOST_ANSWERS = 20_000
"""Answers that a `Resolver` keeps: a name that is told apart by the day has as many as there are days."""


class Resolution(NamedTuple):
    """What a written name means."""

    unit: UnitRow | None
    """The one unit that fits, in the version of the day asked for; found by a former name, as it is now."""
    candidates: list[UnitRow]
    """What fits where that is not one living unit: several, or one that ended (see its `successor_id`)."""
    nearest: UnitRow | None
    """The living heir of the unit, or of the nearest known ancestor that the name begins with."""


class _Node(NamedTuple):
    """One version of a unit, with the folded ways to write it below its parent."""

    id: int
    name: str
    level: int
    kind: str
    since: str | None
    until: str | None
    forms: frozenset[str]


class _Found(NamedTuple):
    fits: list[_Node]
    deepest: int | None
    """The last unit that the beginning of the name led to."""
    depth: int
    rest: str
    """What was still to be read there."""


_View = Callable[[_Node], bool] | None
"""Which versions count; None = the current ones, which an index finds."""

_NODE = (
    "SELECT v.unit_id, v.name, v.short_name, v.level, v.kind, v.valid_from, v.valid_to FROM unit_version v "
)
_NAMED = """SELECT id, bare, short_name
FROM (SELECT id, replace(name, '·', '') AS bare, short_name FROM unit_version)"""
_FEW = 20
"""Names that are sought anywhere by a scan of 5 ms each, before a map of all names is made in 50."""

_CODE = (12, 9, 6)
"""Digits of a code of a 村社, 镇街, 区县; shorter ones may be written filled up with zeros."""


def resolve(
    connection: Connection, text: str, *, under: int | None = None, at: dt.date | None = None
) -> Resolution:
    """What a written name means below a unit (default: the city), on a day (default: now).

    For many names keep a `Resolver`.
    """
    return Resolver(connection).resolve(text, under=under, at=at)


class Resolver:
    """Resolves many names; it keeps what it read of the tree, so make a new one when the tree changed."""

    def __init__(self, connection: Connection) -> None:
        """Read from `connection`."""
        self._connection = connection
        self._top = tree.root(connection)
        self._current: dict[int, list[_Node]] = {}
        self._ever: dict[int, list[_Node]] = {}
        self._answers: dict[tuple[str, int | None, dt.date | None], Resolution] = {}
        self._sought = 0
        self._versions: defaultdict[str, list[int]] = defaultdict(list)
        self._aliases: defaultdict[int, list[str]] = defaultdict(list)
        self._called: defaultdict[tuple[int | None, str], list[int]] = defaultdict(list)
        for name, unit, scope in connection.execute("SELECT name, unit_id, scope_id FROM unit_alias"):
            self._aliases[unit].append(names.fold(name))
            self._called[scope, names.fold(name)].append(unit)

    def resolve(self, text: str, *, under: int | None = None, at: dt.date | None = None) -> Resolution:
        """See the function of the same name."""
        asked = (text, under, at)
        if asked not in self._answers:
            if len(self._answers) == MOST_ANSWERS:
                self._answers.clear()
            self._answers[asked] = self._resolve(names.fold(text), under, at)
        return self._answers[asked]

    def _resolve(self, text: str, under: int | None, at: dt.date | None) -> Resolution:
        if not text or self._top is None:
            return Resolution(None, [], None)
        start = self._top.id if under is None else under
        if text.isascii():
            return self._answer([*self._by_sign(text, under, at), *self._alias(None, text)], None, at)
        day = at.isoformat() if at else None
        now = self._search(text, start, None)
        if now.fits and (day is None or all((node.since or "") <= day for node in now.fits)):
            return self._answer([node.id for node in now.fits], now.deepest, None)
        tries = [now]
        if day is not None:
            then = self._search(text, start, _in_force_on(day))
            if then.fits:
                return self._answer([node.id for node in then.fits], then.deepest, at)
            tries.append(then)
        if not now.fits:
            tries.append(self._search(text, start, lambda node: True))
        last = next((found for found in tries if found.fits), max(tries, key=lambda found: found.depth))
        return self._answer([node.id for node in last.fits], last.deepest, None)

    def _answer(self, ids: Iterable[int], deepest: int | None, at: dt.date | None) -> Resolution:
        rows = [row for unit in dict.fromkeys(ids) if (row := tree.row(self._connection, unit, at))]
        if len(rows) == 1:
            heir, until = self._heir(rows[0].id), rows[0].valid_to
            fits = until is None or (at is not None and at.isoformat() < until)
            return Resolution(rows[0], [], heir) if fits else Resolution(None, rows, heir)
        return Resolution(None, rows, None if deepest is None else self._heir(deepest))

    def _heir(self, unit: int) -> UnitRow | None:
        return tree.row(self._connection, tree.heir(self._connection, unit))

    # Codes and initials

    def _by_sign(self, text: str, under: int | None, at: dt.date | None) -> list[int]:
        """Units by code, else by pinyin initials: of the day, else living, else former."""
        signs = [text]
        if text.isdigit() and len(text) == _CODE[0]:
            signs += [text[:length] for length in _CODE[1:] if not text[length:].strip("0")]
        marks = ",".join("?" * len(signs))
        nodes = self._nodes(f"v.code IN ({marks}) OR v.initials = ?", (*signs, text))
        of_day = [node for node in nodes if at and _in_force_on(at.isoformat())(node)]
        chosen = of_day or [node for node in nodes if node.until is None] or nodes
        chosen.sort(key=lambda node: node.level)
        return [node.id for node in chosen if under is None or self._is_below(node.id, under)]

    # Names

    def _search(self, text: str, start: int, view: _View) -> _Found:
        """Read the whole text, then without the name of the unit it starts from, then anywhere below."""
        top = tree.row(self._connection, start)
        assert top is not None
        found = self._below(start, text, 0, view)
        for own in (names.fold(top.name), names.fold(top.short_name), names.stem(names.fold(top.name), 2)):
            if found.fits or not text.startswith(own):
                continue
            rest = text.removeprefix(own)
            if not names.without_government(rest):
                return _Found(self._nodes("v.unit_id = ? AND v.valid_to IS NULL", (start,)), start, 1, "")
            further = self._below(start, rest, 1, view)
            found = further if further.fits or further.depth > found.depth else found
        if found.fits:
            return found
        return found._replace(fits=self._anywhere(found, start, view))

    def _below(self, parent: int, text: str, depth: int, view: _View) -> _Found:
        children = self._children(parent, view)
        fits = [child for child in children if text in child.forms]
        fits += self._aliased(parent if depth else None, text)
        best = _Found(fits, parent if depth else None, depth, text)
        if fits:
            return best
        for child, rest in _steps(children, text):
            further = self._below(child.id, rest, depth + 1, view)
            if further.fits:
                return further
            best = further if further.depth > best.depth else best
        return best._replace(fits=self._loosely(parent, children, text, depth))

    def _loosely(self, parent: int, children: list[_Node], text: str, depth: int) -> list[_Node]:
        """As a government, as an abbreviation, or without its rank: the first of these that fits."""
        bare = names.without_government(text)
        if not bare:
            return self._nodes("v.unit_id = ? AND v.valid_to IS NULL", (parent,)) if depth else []
        return (
            ([child for child in children if bare in child.forms] if bare != text else [])
            or [child for child in children if _may_be_short_for(text, child)]
            or [child for child in children if child.kind == DIVISION_KIND and _stem(child) == bare]
        )

    def _anywhere(self, found: _Found, start: int, view: _View) -> list[_Node]:
        """Exact names at any depth below where the reading ended: 渝北区 | 双龙村."""
        above = start if found.deepest is None else found.deepest
        for text in dict.fromkeys((found.rest, names.without_government(found.rest))):
            if not text:
                continue
            versions = self._versions_named(text)
            current = "" if view else " AND v.valid_to IS NULL"
            nodes = self._nodes(f"v.id IN ({','.join('?' * len(versions))}){current}", versions)
            fits = [
                node
                for node in nodes
                if (view is None or view(node)) and (self._top_is(above) or self._is_below(node.id, above))
            ]
            if fits:
                return fits
        return []

    def _versions_named(self, text: str) -> Sequence[int]:
        """Versions of that full or short name anywhere: by a scan for a few names, by a map for many."""
        self._sought += 1
        if self._sought <= _FEW:
            found = self._connection.execute(_NAMED + " WHERE bare = ? OR short_name = ?", (text, text))
            return [version for version, _, _ in found]
        if not self._versions:
            for version, name, short in self._connection.execute(_NAMED):
                for form in {name, short}:
                    self._versions[form].append(version)
        return self._versions.get(text, ())

    def _top_is(self, unit: int) -> bool:
        return self._top is not None and self._top.id == unit

    def _is_below(self, unit: int, above: int) -> bool:
        return above in tree.ancestors(self._connection, unit)

    def _alias(self, scope: int | None, text: str) -> list[int]:
        return self._called.get((scope, text), [])

    def _aliased(self, scope: int | None, text: str) -> list[_Node]:
        units = self._alias(scope, text)
        return [
            node for unit in units for node in self._nodes("v.unit_id = ? AND v.valid_to IS NULL", (unit,))
        ]

    def _children(self, parent: int, view: _View) -> list[_Node]:
        kept = self._current if view is None else self._ever
        if parent not in kept:
            current = " AND v.valid_to IS NULL" if view is None else ""
            kept[parent] = self._nodes(f"v.parent_id = ?{current}", (parent,), self._names_of(parent))
        return kept[parent] if view is None else [node for node in kept[parent] if view(node)]

    def _names_of(self, unit: int) -> set[str]:
        """Every name a unit ever had, to read 綦江区 out of the name of a department below it."""
        return {
            name
            for (name,) in self._connection.execute(
                "SELECT name FROM unit_version WHERE unit_id = ?", (unit,)
            )
        }

    def _nodes(self, condition: str, values: Sequence[object], above: Iterable[str] = ("",)) -> list[_Node]:
        found = self._connection.execute(_NODE + "WHERE " + condition, values).fetchall()
        return [
            _Node(unit, name, level, kind, since, until, self._forms(unit, name, short, above))
            for unit, name, short, level, kind, since, until in found
        ]

    def _forms(self, unit: int, name: str, short: str, above: Iterable[str]) -> frozenset[str]:
        forms = set(self._aliases.get(unit, ()))
        for parent in above:
            forms |= names.spellings(name, short, parent)
        return frozenset(forms)


def _in_force_on(day: str) -> Callable[[_Node], bool]:
    return lambda node: (node.since or "") <= day and (node.until is None or day < node.until)


def _steps(children: list[_Node], text: str) -> list[tuple[_Node, str]]:
    """Children whose name the text begins with, and what follows; the longest name first."""
    steps = [
        (len(form), child, text[len(form) :])
        for child in children
        for form in child.forms
        if 2 <= len(form) < len(text) and text.startswith(form)
    ]
    return [(child, rest) for _, child, rest in sorted(steps, key=lambda step: -step[0])]


def _may_be_short_for(text: str, node: _Node) -> bool:
    return node.kind != DIVISION_KIND and any(names.abbreviates(text, form) for form in node.forms)


def _stem(node: _Node) -> str:
    return names.fold(names.stem(node.name, node.level))
