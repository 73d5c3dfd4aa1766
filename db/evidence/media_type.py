"""What a file is, told by its first bytes, and how that is said.

The suffix only decides between kinds that begin alike.
"""

from __future__ import annotations

from pathlib import PurePath

UNKNOWN = "application/octet-stream"

_SIGNS: tuple[tuple[bytes, int, str], ...] = (
    # begin, offset, media type
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"GIF8", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"BM", 0, "image/bmp"),
    (b"II*\0", 0, "image/tiff"),
    (b"MM\0*", 0, "image/tiff"),
    (b"ftyphei", 4, "image/heic"),
    (b"ftypmif1", 4, "image/heif"),
    (b"ftypavif", 4, "image/avif"),
    (b"ftypM4A", 4, "audio/mp4"),
    (b"ftypqt", 4, "video/quicktime"),
    (b"ftyp3g", 4, "video/3gpp"),
    (b"ftyp", 4, "video/mp4"),
    (b"WAVE", 8, "audio/wav"),
    (b"AVI ", 8, "video/x-msvideo"),
    (b"\x1a\x45\xdf\xa3", 0, "video/webm"),
    (b"ID3", 0, "audio/mpeg"),
    (b"\xff\xfb", 0, "audio/mpeg"),
    (b"\xff\xf3", 0, "audio/mpeg"),
    (b"\xff\xf1", 0, "audio/aac"),
    (b"#!AMR", 0, "audio/amr"),
    (b"OggS", 0, "audio/ogg"),
    (b"fLaC", 0, "audio/flac"),
    (b"%PDF", 0, "application/pdf"),
    (b"PK\x03\x04", 0, "application/zip"),
    (b"\xd0\xcf\x11\xe0", 0, "application/x-ole-storage"),
)

_PACKED = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".ofd": "application/ofd",
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
}
"""What lies in a zip or an OLE container, by suffix."""

_WORDS = {"image": "照片", "audio": "录音", "video": "录像", "text": "文字"}


def media_type(data: bytes, name: str) -> str:
    """The media type of a file, ``image/jpeg``; `UNKNOWN` where it cannot be told."""
    for begin, offset, kind in _SIGNS:
        if data.startswith(begin, offset):
            packed = kind in ("application/zip", "application/x-ole-storage")
            return _PACKED.get(PurePath(name).suffix.lower(), kind) if packed else kind
    return "text/plain" if _is_text(data) else UNKNOWN


def said_type(kind: str) -> str:
    """How the desk calls a media type: 照片, 录音, 录像, 文字, 文件."""
    return _WORDS.get(kind.partition("/")[0], "文件")


def said_size(size: int) -> str:
    """Bytes for people: ``870 字节``, ``12 KB``, ``3.4 MB``."""
    if size < 1000:
        return f"{size} 字节"
    return f"{size / 1e3:.0f} KB" if size < 1_000_000 else f"{size / 1e6:.1f} MB"


def _is_text(data: bytes) -> bool:
    if b"\0" in data:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            data.decode(encoding)
            return True
        except UnicodeDecodeError:
            continue
    return False
