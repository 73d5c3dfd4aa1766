"""``duban init``, ``backup``, ``restore``, ``doctor`` and ``where``: the office as a thing that is kept."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from db import instants, vault
from db.home import path_of
from duban_tui import locations
from duban_tui.cli import INTERRUPTED, passphrase
from duban_tui.cli.errors import CommandError
from duban_tui.cli.output import print_json
from duban_tui.cli.places import bare_reader_of, config_of, home_of, office_of
from duban_tui.cli.progress import progress_line, show_progress
from duban_tui.time_left import told

if TYPE_CHECKING:
    from db.keeping.aftermath import Aftermath
    from db.keeping.doctor import Report


def init(args: argparse.Namespace) -> None:
    """Make a new office from the settings."""
    from db import units
    from db.office import Office
    from db.terms import CopyKind

    settings, home = config_of(args), home_of(args)
    table = Path(args.units) if args.units else None
    kind = CopyKind.FIELD if args.field else CopyKind.OFFICE
    secret = passphrase.required(args) if args.encrypt else None
    if args.passphrase_file and not args.encrypt:
        raise CommandError("给了办公库口令却没有说加密：要加密请加上 --encrypt，不要就去掉 --passphrase-file")
    with Office.create(
        home, settings.rules, settings.officer.name, table, name=settings.office.name, kind=kind,
        post=settings.officer.post, passphrase=secret,
    ) as office:  # fmt: skip
        living = units.living(office.writer)
        prefix = office.device.prefix
    told = f"，本机登记的编号以 {prefix} 开头" if prefix else ""
    told += "，已加密" if secret else ""
    made = "外勤副本" if args.field else "办公库"
    print(f"已新建{made}：{path_of(home)}（{living:,} 个单位{told}）")
    if secret:
        print(passphrase.WARNING)


def backup(args: argparse.Namespace) -> None:
    """Copy the office while it is used."""
    from db.keeping.backup import back_up, vault_of

    target = back_up(
        home_of(args), Path(args.dest), now=instants.now(), progress=partial(show_progress, "备份")
    )
    print(f"已备份到：{target}（{target.stat().st_size / 1e6:.1f} MB，大小和流水末端已核对）")
    if vault_of(target).exists():
        print(f"密钥匣在旁边：{vault_of(target).name}；恢复时要它，也要今天的办公库口令")


def restore(args: argparse.Namespace) -> None:
    """Put a backup in the place of the office."""
    from db.bundle import pairing
    from db.connection import open_reader
    from db.evidence import backup as evidence_backup
    from db.keeping.backup import restore as put_back

    home = home_of(args)
    former = put_back(
        home,
        Path(args.src),
        now=instants.now(),
        progress=partial(show_progress, "检查"),
        passphrase=passphrase.given(args),
    )
    print(f"已恢复办公库：{path_of(home)}" + (f"；原来的留在：{former}" if former else ""))
    if names := [one.name for one in pairing.listing(open_reader(path_of(home))) if one.revoked_at is None]:
        print(f"本机换了新的身份，要重新配对：{'、'.join(names)}")
    if lost := evidence_backup.missing(home):
        print(
            f"有 {len(lost):,} 个附件没有找到（如 {lost[0]}）。"
            f"请把有它们的 {evidence_backup.beside(home, Path()).name} 目录放到备份旁边再恢复一次",
            file=sys.stderr,
        )
    if former and vault.is_sealed(home) and vault.is_clear(former):
        print("原来的办公库没有加密，确认不要了请删除")


WORTH_SAYING = 5.0
"""Seconds from which on it is said beforehand how long a check-up will take."""


def doctor(args: argparse.Namespace) -> int:
    """Check pages, chain, texts and fold; 1 where something is wrong, 130 where it was stopped."""
    from db.keeping.aftermath import RECALL
    from db.keeping.doctor import Checkup, Finding
    from db.office import Calendars

    if args.rebuild:
        _rebuild(args)
    with closing(bare_reader_of(args)) as connection:
        checkup = Checkup(connection, Calendars(connection), home_of(args))
        seconds = checkup.estimate()
        if seconds >= WORTH_SAYING:
            print(
                f"检查 {checkup.total:,} 件事项，先查数据页，再逐件核对{told(seconds)}；"
                "可以边查边用，按 Ctrl+C 停下",
                file=sys.stderr,
            )
        try:
            with progress_line():
                told_of = partial(show_progress, "检查"), partial(show_progress, "附件")
                report, stopped = checkup.run(*told_of), False
        except KeyboardInterrupt:
            report, stopped = checkup.report, True
    beside = _beside(args)
    if beside.warning:
        report.findings.append(Finding("日志", beside.warning, RECALL))
    if args.json:
        _print_findings(report, beside, stopped=stopped)
    else:
        _tell_findings(report, checkup.total if stopped else None)
        _tell_lines(beside)
    return INTERRUPTED if stopped else 0 if report.sound else 1


def _beside(args: argparse.Namespace) -> Aftermath:
    """What desks that were killed left; the desk itself tells it once, and takes half-made files away."""
    from db.keeping import aftermath, daily

    home = home_of(args)
    backups = daily.place(home, config_of(args).backup.folder).folder
    return aftermath.look(home, backups, ended=aftermath.unannounced(home))


def _tell_lines(beside: Aftermath) -> None:
    for line in beside.lines():
        print(line)


def _print_findings(report: Report, beside: Aftermath, *, stopped: bool) -> None:
    findings = [finding._asdict() for finding in report.findings]
    print_json(
        {
            "sound": report.sound and not stopped,
            "stopped": stopped,
            "cases": report.cases,
            "events": report.events,
            "files": report.files,
            "findings": findings,
            "left_behind": beside.lines(),
        }
    )


def _tell_findings(report: Report, stopped_of: int | None) -> None:
    for finding in report.findings:
        print(f"{finding.where}：{finding.what}。{finding.mend}")
    of = "" if stopped_of is None else f"已停下：共 {stopped_of:,} 件，"
    found = "一切完好" if stopped_of is None else "到此未发现问题"
    if not report.sound:
        found = f"发现 {len(report.findings):,} 处问题"
    if stopped_of is not None and report.sound and not report.cases:
        print(f"{of}数据页还没有查完，事项还没有开始核对")
        return
    files = f"、{report.files:,} 个附件" if report.files else ""
    print(f"{of}查了 {report.cases:,} 件事项、{report.events:,} 条流水{files}，{found}")


def _rebuild(args: argparse.Namespace) -> None:
    """Remake every row and the index from the journal; whole or not at all."""
    from db.keeping.rebuild import rebuild

    with office_of(args) as office, progress_line():
        rebuild(office.writer, office.calendars, office.identity_secret, partial(show_progress, "重建"))


def where(args: argparse.Namespace) -> None:
    """Print the paths of settings, data and log."""
    home = home_of(args)
    own = Path(args.config) if args.config else locations.user_config()
    paths = {
        "config": own,
        "shipped_config": locations.shipped_config(),
        "home": home,
        "database": path_of(home),
        "log": locations.log(home),
    }
    if args.json:
        print_json({name: str(path) for name, path in paths.items()})
        return
    labels = {
        "config": "设置",
        "shipped_config": "默认设置",
        "home": "数据",
        "database": "办公库",
        "log": "日志",
    }
    for name, path in paths.items():
        print(f"{labels[name]}  {path}" + ("" if path.exists() else "（还没有）"))
