"""The sealed file: one line in clear that says who it is for, then parts that only the receiver can open.

    duban-bundle
    {"format":1,"kind":"cases","id":…,"sender":…,"receiver":…,"made_at":…}
    <8 bytes: length> <age file>      the manifest with its signature
    <8 bytes: length> <age file>      the records
    <8 bytes: length> <age file> …    one for each file of evidence

Not a ZIP: its headers hold bytes that nothing vouches for, while here every byte is either sealed, or said
again in the signed manifest, or a length without which the next part does not open. Parts are sealed and
opened one at a time, so memory is bounded by the largest file of evidence; nothing lies on disk in clear.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from db import files
from db.actions import is_countable
from db.chain import canonical
from db.errors import BundleRefused, reason
from db.keeping import strays
from db.terms import BundleKind

MAGIC = b"duban-bundle\n"

FORMAT = 1
"""Of the file and of what is in it; a bundle of a later one is refused."""

LONGEST_LINE = 4096

LARGEST_LIST = 200_000_000
"""Bytes of the first part, a million events: anybody may have written it, and it is opened in memory."""

_LENGTH = struct.Struct(">Q")


class Envelope(NamedTuple):
    """What stands in clear: no word of any case."""

    kind: str
    """`terms.BundleKind`."""
    id: str
    """UUIDv7 hex."""
    sender: str
    """Device id."""
    sender_name: str
    receiver: str
    receiver_name: str
    made_at: int
    """By the sender's clock."""
    format: int = FORMAT

    def line(self) -> bytes:
        """As it is written."""
        return canonical(self._asdict()).encode() + b"\n"


Put = Callable[[bytes], None]
"""Seals one part and writes it."""


@contextmanager
def written(path: Path, envelope: Envelope, recipient: str) -> Iterator[Put]:
    """A bundle to put parts into; it is there when the block ends, and not at all when it fails.

    Args:
        path: where to.
        envelope: what stands in clear.
        recipient: age recipient of the receiver.

    Raises:
        OfficeError: it cannot be written.
    """
    import pyrage

    to = [pyrage.x25519.Recipient.from_str(recipient)]
    strays.clean(strays.half_made(path.parent))
    with files.written(path) as file:
        file.write(MAGIC + envelope.line())

        def put(part: bytes) -> None:
            sealed = pyrage.encrypt(part, to)
            file.write(_LENGTH.pack(len(sealed)) + sealed)

        yield put


@contextmanager
def opened(path: Path) -> Iterator[tuple[Envelope, BinaryIO]]:
    """The envelope of a bundle, and the file where its parts begin; see `parts`.

    Raises:
        BundleRefused: unreadable, not a bundle, or of a newer version.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise BundleRefused(f"读不了 {path}：{reason(error)}。请检查路径和权限") from None
    with file:
        try:
            yield _envelope(file, path), file
        except OSError as error:
            raise BundleRefused(f"读不了 {path}：{reason(error)}。请检查介质，再拷一次") from None


def _envelope(file: BinaryIO, path: Path) -> Envelope:
    if file.read(len(MAGIC)) != MAGIC:
        raise BundleRefused(f"这不是下乡包：{path}。请用 duban bundle out 写出的文件")
    line = file.readline(LONGEST_LINE)
    try:
        told: dict[str, Any] = json.loads(line)
        version = told["format"]
        if isinstance(version, int) and version > FORMAT:
            raise BundleRefused(f"这个包由更新的版本写成（{version}＞{FORMAT}），请升级 duban 后再收：{path}")
        envelope = Envelope(**told)
        BundleKind(envelope.kind)
        words: tuple[Any, ...] = envelope[:6]
        told_plainly = all(isinstance(one, str) and one.isprintable() for one in words)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise broken(path) from None
    dated = type(envelope.made_at) is int and is_countable(envelope.made_at)
    if envelope.line() != line or not told_plainly or not dated:
        raise broken(path)
    return envelope


def parts(file: BinaryIO, path: Path, identity: str) -> Iterator[bytes]:
    """Open part after part.

    Args:
        file: as `opened` gives it.
        path: for messages.
        identity: age identity of this machine.

    Raises:
        BundleRefused: sealed for somebody else, changed, or cut.
    """
    import pyrage

    mine = [pyrage.x25519.Identity.from_str(identity)]
    left, longest = path.stat().st_size - file.tell(), LARGEST_LIST
    while left:
        head = file.read(_LENGTH.size)
        length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else -1
        left -= _LENGTH.size + length
        if not 0 <= length <= longest or left < 0:
            raise broken(path)
        longest = length + left
        try:
            yield pyrage.decrypt(file.read(length), mine)
        except pyrage.DecryptError:
            raise broken(path) from None


def broken(path: Path) -> BundleRefused:
    """The refusal of what is not as it was written."""
    return BundleRefused(f"这个包被改动过或不完整，没有收：{path}。请重新拷贝一份，或请对方再做一个")
