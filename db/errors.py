"""What is wrong with an office as a whole; each message is one line in Chinese, fit to be shown."""

from __future__ import annotations

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
            f"办公库已加密并锁着：{home}。请用 --passphrase-file 文件 或环境变量 DUBAN_PASSPHRASE 给出口令"
        )
        self.home = home


class BundleRefused(OfficeError):
    """A card or bundle from another machine is not taken; the message says why."""


class WrongPassphrase(OfficeError):
    """The passphrase does not open it."""


class NotAllowed(ValueError):
    """The lifecycle or the officer's post refuses; the message says why, in Chinese."""
