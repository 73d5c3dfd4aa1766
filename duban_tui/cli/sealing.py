"""``duban encrypt``, ``passphrase`` and ``recovery``: the office under a passphrase."""

from __future__ import annotations

import argparse
from contextlib import closing
from functools import partial
from pathlib import Path

from db import evidence, vault
from db.home import path_of
from db.posts import Power
from db.vault import wiping
from duban_tui.cli import passphrase as given
from duban_tui.cli.errors import CommandError
from duban_tui.cli.places import config_of, home_of, reader_of
from duban_tui.cli.progress import progress_line, show_progress
from duban_tui.cli.secret_line import read_secret

_FLASH = (
    "覆盖对固态硬盘、U 盘和带快照的文件系统不一定有效：旧扇区里可能还有残留，要彻底清除请整盘加密或更换磁盘"
)


def encrypt(args: argparse.Namespace) -> None:
    """Encrypt the office, or finish what was stopped; say what may still lie about in clear."""
    from db.vault import conversion as encryption

    home, secret = home_of(args), given.required(args)
    if vault.is_unsettled(home):
        vault.unlock(home, secret)
        encryption.finish(home)
        print(f"上次加密的收尾已做完：{path_of(home)}")
        return
    reader_of(args, None).close()
    with progress_line():
        cleared = encryption.encrypt(home, secret, partial(show_progress, "加密"))
    print(f"已加密办公库：{path_of(home)}（{path_of(home).stat().st_size / 1e6:.1f} MB，已核对）")
    for label, files in (
        ("已覆盖并删除的明文", {wiping.shown(path) for path in cleared.wiped}),
        ("没能删除的明文，请手工删除", cleared.left),
        ("仍是明文的旧备份，做好新备份后请删除", _older_backups(args)),
    ):
        if files:
            print(f"{label}：{'、'.join(map(str, sorted(files)))}")
    print(f"{_FLASH}。别处的旧备份也仍是明文。")
    print(f"{given.WARNING}。")


def _older_backups(args: argparse.Namespace) -> tuple[Path, ...]:
    """Copies in clear in the folder that the settings name, and the attachments beside them."""
    folder = config_of(args).backup.folder
    if not folder:
        return ()
    place = Path(folder).expanduser()
    copies = tuple(path for path in sorted(place.glob("*.db")) if vault.is_clear(path))
    beside = any(True for _ in evidence.in_clear(place))
    return (*copies, place / evidence.FOLDER) if beside else copies


def passphrase(args: argparse.Namespace) -> None:
    """Change the passphrase."""
    home = home_of(args)
    _must_be_sealed(home)
    old, new = given.required(args), read_secret(args.new_passphrase_file, "新的办公库口令")
    vault.change_passphrase(home, old, new)
    print("已更换办公库口令，旧的从此打不开这份办公库；以前的备份仍用当时的办公库口令")


def make_recovery(args: argparse.Namespace) -> None:
    """Seal the key to a paired machine."""
    from db.vault import recovery

    with closing(reader_of(args, Power.BUNDLES)) as connection:
        recovery.make(home_of(args), connection, args.machine, Path(args.to))
    print(f"已写恢复文件：{args.to}。只有“{args.machine}”能打开，请交给它保管")


def open_recovery(args: argparse.Namespace) -> None:
    """Open a recovery file at the office, under a new passphrase."""
    from db.vault import recovery

    reader_of(args, Power.BUNDLES).close()
    new = read_secret(args.new_passphrase_file, "新的办公库口令")
    recovery.open_file(home_of(args), Path(args.file), Path(args.to), new)
    print(f"已写钥匙文件：{args.to}。请在丢了口令的机器上运行 duban recovery use，办公库口令是新的这个")


def use_recovery(args: argparse.Namespace) -> None:
    """Take over the vault that was made at the office."""
    from db.vault import recovery

    recovery.use(home_of(args), Path(args.file), given.required(args))
    print(f"已换上：{path_of(home_of(args))} 从此用新的办公库口令打开，旧的作废")


def _must_be_sealed(home: Path) -> None:
    if not vault.is_sealed(home):
        raise CommandError(f"办公库没有加密：{home}。要加密请用 duban encrypt")
