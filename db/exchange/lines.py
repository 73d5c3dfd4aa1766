"""One row of a ledger, read into typed values; or the reason why it cannot be taken."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from db.actions import MAX_LONG
from db.exchange import columns, secrecy, values
from db.exchange.columns import Columns
from db.exchange.sheets import BadRow
from db.exchange.values import Unreadable
from db.rules import Limit

ROW_SCHEME = "台账行"
"""The scheme of a case that has no number of any kind: the hash of its row."""


class Line(NamedTuple):
    """What a row says. Times are instants, `due` is an exclusive end; empty and None are unknown."""

    row: int
    """As Excel counts, from 1."""
    digest: str
    """Of the cells; identifies a row without any number."""
    number: str = ""
    job: str = ""
    redo_number: str = ""
    title: str = ""
    body: str = ""
    type: str = ""
    category: str = ""
    channel: str = ""
    urgency: str = ""
    place: str = ""
    name: str = ""
    phone: str = ""
    id_number: str = ""
    address: str = ""
    confidential: bool = False
    received: int | None = None
    dispatched: int | None = None
    due: int | None = None
    limit: str = ""
    """Written in place of a date: ``5工作日``, ``长期``."""
    due_text: str = ""
    """What the deadline column says where it is neither; kept as it stands."""
    unit: str = ""
    assist: str = ""
    requirement: str = ""
    state: str = ""
    signed: int | None = None
    accepted: int | None = None
    reply: str = ""
    replied: int | None = None
    reply_kind: str = ""
    finding: str = ""
    closed: int | None = None
    track: str = ""
    progress: str = ""
    remark: str = ""
    callback: str = ""
    urged: bool = False
    urge_text: str = ""
    urge_time: int | None = None
    extended: bool = False
    extend_until: int | None = None
    extend_reason: str = ""
    redo: bool = False
    redo_time: int | None = None
    redo_reason: str = ""
    redo_reply: str = ""
    redo_note: str = ""
    returned: bool = False
    return_reason: str = ""

    @property
    def began(self) -> int | None:
        """The first instant the row knows of: what orders the rows of one case."""
        for time in (self.dispatched, self.received, self.redo_time, self.replied, self.closed):
            if time is not None:
                return time
        return None

    @property
    def key(self) -> str:
        """Which line of its case this is: the job number, else when and to whom it was sent."""
        return self.job or f"{self.dispatched or ''} {self.unit}"


class Refused(NamedTuple):
    """A row that is not taken."""

    row: int
    cells: Sequence[str]
    reason: str


class Identity(NamedTuple):
    """What a case is known by in the world outside."""

    scheme: str
    number: str


def _start(raw: str) -> int | None:
    found = values.moment(raw)
    return None if found is None else found.start


def _end(raw: str) -> int | None:
    found = values.moment(raw)
    return None if found is None else found.end


_READERS: dict[str, Callable[[str], Any]] = {
    "number": values.number,
    "job": values.number,
    "redo_number": values.number,
    "phone": values.phone,
    "id_number": values.phone,
    **dict.fromkeys(("body", "requirement", "reply", "track", "progress", "remark", "callback"), values.text),
    **dict.fromkeys(("urge_text", "extend_reason", "redo_reason", "redo_reply"), values.text),
    **dict.fromkeys(("redo_note", "return_reason"), values.text),
    **dict.fromkeys(("confidential", "urged", "extended", "redo", "returned"), values.yes),
    **dict.fromkeys(("received", "dispatched", "signed", "accepted", "replied", "closed"), _start),
    **dict.fromkeys(("urge_time", "redo_time"), _start),
    **dict.fromkeys(("due", "extend_until"), _end),
}
"""How the cell of a field is read; a field that is not named is a text of one line."""


class Reader:
    """Reads the rows below a header."""

    def __init__(self, found: Columns, *, source: str | None, ragged: bool) -> None:
        """Read rows of these columns; `source` names the number scheme in place of the column."""
        self.columns, self._ragged = found, ragged
        self._order_scheme = columns.scheme_of(source) if source else found.scheme
        self._job_scheme = f"{source}·{columns.JOB_SCHEME}" if source else columns.JOB_SCHEME
        self._row_scheme = f"{source}·{ROW_SCHEME}" if source else ROW_SCHEME
        self._level = found.fields.get("secrecy", ())
        self._single = [
            (name, places[0], _READERS.get(name, values.line))
            for name, places in found.fields.items()
            if len(places) == 1 and name != "secrecy"
        ]
        self._several = [
            (name, places, _READERS.get(name, values.line))
            for name, places in found.fields.items()
            if len(places) > 1 and name != "secrecy"
        ]

    def read(self, row: int, cells: Sequence[str] | BadRow) -> Line | Refused | None:
        """A row as a line; None for a blank row or a header that is repeated on a further page."""
        if isinstance(cells, BadRow):
            return Refused(row, cells.cells, cells.reason)
        if not any(cell and not cell.isspace() for cell in cells) or self._is_header(cells):
            return None
        try:
            return self._line(row, self._fitted(cells))
        except Unreadable as error:
            return Refused(row, cells, str(error))

    def _is_header(self, cells: Sequence[str]) -> bool:
        names = self.columns.names
        return cells[0].strip() == names[0] and sum(map(str.__eq__, cells, names)) > len(names) / 2

    def _fitted(self, cells: Sequence[str]) -> Sequence[str]:
        """The cells, as many as the header has.

        Raises:
            Unreadable: a text file's row has more or fewer.
        """
        width = len(self.columns.names)
        if len(cells) == width:
            return cells
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            return cells[:width]
        if len(cells) < width and not self._ragged:
            return [*cells, *[""] * (width - len(cells))]
        raise Unreadable(f"列数不符：表头 {width} 列，本行 {len(cells)} 列")

    def _line(self, row: int, cells: Sequence[str]) -> Line:
        mark = next((found for at in self._level if (found := secrecy.in_field(cells[at]))), None)
        mark = mark or secrecy.in_texts(cells)
        if mark:
            raise Unreadable(f"有密级标志“{mark}”：本系统不是涉密系统，不能录入涉密件，请走涉密渠道")
        said: dict[str, Any] = {name: read(cells[at]) for name, at, read in self._single}
        for name, places, read in self._several:
            said[name] = _together(name, [read(cells[at]) for at in places])
        if not (said.get("number") or said.get("job") or said.get("title") or said.get("body")):
            raise Unreadable("既没有编号也没有内容")
        if "due" in said and said["due"] is None:
            written = (values.line(cells[at]) for at in self.columns.fields["due"])
            said |= _unwritten_due(next(filter(None, written), ""))
        digest = hashlib.blake2b("\x1f".join(cells).encode(), digest_size=12).hexdigest()
        return Line(row, digest, **said)

    def identities(self, line: Line) -> list[Identity]:
        """The numbers of a case, the one that identifies it first.

        What only says that there is no other number (无, /, 0) joins no cases.
        """
        others = [Identity(self._job_scheme, line.job), Identity(self._order_scheme, line.redo_number)]
        found = [Identity(self._order_scheme, line.number)] if line.number else []
        return [*found, *filter(_is_told, others)] or [Identity(self._row_scheme, line.digest)]

    def lines(self, rows: Iterator[tuple[int, Sequence[str] | BadRow]]) -> Iterator[Line | Refused]:
        """Every data row, read."""
        for row, cells in rows:
            found = self.read(row, cells)
            if found is not None:
                yield found


def _is_told(identity: Identity) -> bool:
    return any(sign.isdigit() and sign not in "0０" for sign in identity.number)


def _together(name: str, found: Sequence[Any]) -> Any:
    """One value of several columns."""
    told = [value for value in found if value]
    if name in columns.JOINTS:
        return columns.JOINTS[name].join(dict.fromkeys(told))
    return told[0] if told else found[0]


def _unwritten_due(written: str) -> dict[str, str]:
    """A deadline that is no date: a limit (``5个工作日``, ``长期``), else the words as they stand."""
    try:
        return {"limit": str(Limit.parse(written))} if written else {}
    except ValueError:
        return {"due_text": written}


def pieces(text: str) -> list[str]:
    """A text cut into parts that an event may carry; nothing of a long letter is lost."""
    return [text[at : at + MAX_LONG] for at in range(0, len(text), MAX_LONG)]
