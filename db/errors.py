"""What is wrong with an office as a whole; each message is one line in Chinese, fit to be shown."""

from __future__ import annotations

import errno
from pathlib import Path


class OfficeError(Exception):
    """An office cannot be opened, read or written; nothing was changed."""


class OutdatedOffice(OfficeError):
    """An older version wrote it, and nobody has upgraded it yet."""

    def __init__(self, path: Path) -> None:
        """Name the database."""
        super().__init__(f"办公库 {path} 由旧版本写成，还没有升级。请在可以写入的地方运行一次 duban doctor")
        self.path = path


class OfficeLocked(OfficeError):
    """It is encrypted, and its passphrase has not been given yet."""

    def __init__(self, home: Path) -> None:
        """Name the data folder."""
        super().__init__(
            f"办公库已加密并锁着：{home}。请用 --passphrase-file 文件 或环境变量 DUBAN_PASSPHRASE 给口令"
        )
        self.home = home


class BundleRefused(OfficeError):
    """A card or bundle from another machine is not taken; the message says why."""


class WrongPassphrase(OfficeError):
    """The passphrase does not open it."""


class NotAllowed(ValueError):
    """The lifecycle or the officer's post refuses; the message says why, in Chinese."""


_REASONS = {
    errno.ENOENT: "没有这个文件或目录",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EEXIST: "已有同名文件",
    errno.EISDIR: "这是目录",
    errno.ENOTDIR: "路径中有一段不是目录",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已满",
    errno.EFBIG: "文件太大，这个磁盘放不下",
    errno.EROFS: "磁盘是只读的",
    errno.EIO: "磁盘读写出错",
    errno.ENODEV: "设备已拔出",
    errno.ENXIO: "设备已拔出",
    errno.EBUSY: "正被别的程序占用",
    errno.ENAMETOOLONG: "名称太长",
    errno.ELOOP: "链接绕成了圈",
}
"""What an officer may meet, by the number that every system gives it."""


def reason(error: OSError) -> str:
    """Why the system refused, in Chinese; what nobody has met yet in the words of the system."""
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)
