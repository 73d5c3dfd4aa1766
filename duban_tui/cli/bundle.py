"""``duban bundle``: cases sealed for a laptop, records brought home, receipts, and forgetting."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db import instants
from db.posts import Power
from db.terms import BundleKind, MarkKind
from duban_tui import bundle_words
from duban_tui.cli.errors import CommandError
from duban_tui.cli.output import minute, print_json, print_table
from duban_tui.cli.places import case_numbered, config_of, home_of, office_of, reader_of, unit_named

if TYPE_CHECKING:
    from db.bundle.book import Entry
    from db.bundle.opening import Opened
    from db.bundle.pack import Packed
    from db.bundle.take import Taken
    from db.office import Office


def out(args: argparse.Namespace) -> None:
    """Seal chosen cases for a laptop, or on a laptop what the office does not have yet."""
    from db.bundle import pairing
    from db.bundle.pack import going, pack_cases, pack_changes

    path = Path(args.to)
    with office_of(args, Power.BUNDLES) as office:
        if args.changes:
            _hold_plain(args)
            to = pairing.named(office.writer, args.receiver) if args.receiver else pairing.only(office.writer)
            _tell_packed(args, pack_changes(office, to, path))
            return
        if not args.receiver:
            raise CommandError("请用 --for 写明给哪台电脑，可用 duban pair list 查看")
        to = pairing.named(office.writer, args.receiver)
        chosen, left = going(office.writer, *_chosen(office, args), confidential=args.confidential)
        if not chosen:
            _print(bundle_words.left_behind(left))
        packed = pack_cases(
            office, to, chosen, path, with_identity=args.with_identity,
            confidential=args.confidential, with_evidence=args.evidence,
        )  # fmt: skip
    _tell_packed(args, packed, left)


def _hold_plain(args: argparse.Namespace) -> None:
    if args.numbers or args.list or args.with_identity is not None or args.confidential or args.evidence:
        raise CommandError("--changes 把本机新记的都带回去，不用再选事项、附件或反映人")


def _chosen(office: Office, args: argparse.Namespace) -> tuple[list[int], list[int]]:
    """The cases that were named, and those of the list."""
    from db.reads import views
    from db.reads.query import Scope

    if not args.numbers and not args.list:
        raise CommandError("请写事项编号，或用 --list 写名单，如 --list 待核查 --unit 綦江区")
    if args.unit and not args.list:
        raise CommandError("--unit 要和 --list 一起用，如 --list 警报 --unit 綦江区")
    named = [case_numbered(office.writer, number) for number in args.numbers]
    if not args.list:
        return named, []
    unit = None if args.unit is None else unit_named(office.writer, args.unit)
    scope = Scope() if unit is None else Scope(unit.id, unit.level)
    return named, views.ids(office.writer, args.list, scope, office.clock())


def _tell_packed(args: argparse.Namespace, packed: Packed, left: Sequence[str] = ()) -> None:
    if args.json:
        print_json({"file": args.to, "size": packed.size, **_contents(packed.manifest)} | {
            "missing_evidence": list(packed.missing), "left_behind": list(left)
        })  # fmt: skip
        return
    _print(bundle_words.packed(packed, Path(args.to)))
    _print(bundle_words.left_behind(left))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _contents(listed: Any) -> dict[str, Any]:
    envelope = listed.envelope
    return {
        "id": envelope["id"],
        "kind": BundleKind(envelope["kind"]).label,
        "from": envelope["sender_name"],
        "to": envelope["receiver_name"],
        "made_at": instants.iso(envelope["made_at"]),
        "cases": [number for _, number, _ in listed.cases],
        "events": len(listed.events),
        "evidence": len(listed.evidence),
        "identities": listed.identities,
    }


def take_in(args: argparse.Namespace) -> None:
    """Take a bundle in; at the office its receipt is written beside it."""
    from db.bundle import receipt
    from db.bundle.take import AlreadyTaken, take

    path = Path(args.file)
    with office_of(args, Power.BUNDLES) as office:
        try:
            taken = take(office, path, dry_run=args.dry_run)
        except AlreadyTaken as again:
            if args.receipt is None or args.dry_run:
                raise
            receipt.write(office.writer, again.bundle, Path(args.receipt))
            print(f"这个包 {minute(again.at)} 已收过，没有再收；回执重新写到：{args.receipt}")
            return
        written = None
        if taken.envelope.kind == BundleKind.CHANGES and not args.dry_run:
            written = Path(args.receipt) if args.receipt else path.with_name(f"{path.name}.receipt")
            _write_receipt(office, taken, written, path)
    _tell_taken(args, taken, written)


def _write_receipt(office: Office, taken: Taken, written: Path, path: Path) -> None:
    from db.bundle import receipt
    from db.errors import OfficeError

    try:
        receipt.write(office.writer, taken.envelope.id, written)
    except OfficeError as error:
        raise CommandError(
            f"包已收下，回执没有写成：{error} 请用 duban bundle in {path} --receipt 文件 写到别处"
        ) from None


def _tell_taken(args: argparse.Namespace, taken: Taken, written: Path | None) -> None:
    if args.json:
        print_json(_taken(taken, written, dry_run=args.dry_run))
        return
    _print(bundle_words.taken(taken, dry_run=args.dry_run))
    if written is not None:
        print(bundle_words.to_hand_back(written))


def _taken(taken: Taken, written: Path | None, *, dry_run: bool) -> dict[str, Any]:
    return {
        "id": taken.envelope.id,
        "kind": BundleKind(taken.envelope.kind).label,
        "from": taken.sender,
        "dry_run": dry_run,
        "cases": [{"number": number, "new": new} for _, number, new in taken.cases],
        "new": taken.new,
        "known": taken.known,
        "evidence": taken.evidence,
        "conflicts": [{"event": event, "why": why} for event, why in taken.conflicts],
        "marks": [
            {"event": one.event_id, "kind": MarkKind(one.kind).label, "detail": one.detail}
            for one in taken.marks
        ],
        "acknowledges": None if taken.receipt is None else taken.receipt.bundle,
        "receipt": None if written is None else str(written),
    }


def show(args: argparse.Namespace) -> None:
    """Tell what is inside; where this machine cannot open it, what stands on the outside."""
    from db.bundle import opening

    path = Path(args.file)
    envelope = opening.envelope_of(path)
    opened, why = _opened(args, path)
    if args.json:
        outside = {
            "id": envelope.id, "kind": BundleKind(envelope.kind).label, "from": envelope.sender_name,
            "to": envelope.receiver_name, "made_at": instants.iso(envelope.made_at),
        }  # fmt: skip
        inside = {} if opened is None else _contents(opened.manifest) | {"titles": _titles(opened)}
        print_json({**outside, "opened": opened is not None, "why": why, **inside})
        return
    print(f"{BundleKind(envelope.kind).label}  {envelope.id}")
    print(f"由“{envelope.sender_name}”做给“{envelope.receiver_name}”，{minute(envelope.made_at)}")
    if opened is None:
        print(f"封着：{why}")
        return
    _tell_inside(opened)


def _opened(args: argparse.Namespace, path: Path) -> tuple[Opened | None, str | None]:
    """The bundle verified, or why this machine cannot do that; nothing is changed either way.

    Raises:
        BundleRefused: it is for this machine and was changed or cut.
    """
    from db.bundle import container, opening
    from db.connection import OfficeError
    from db.device import known_id
    from db.home import path_of
    from db.reads.desk import kind_of

    home = home_of(args)
    own = known_id(home) if path_of(home).exists() else None
    with container.opened(path) as (envelope, _):
        if own is None or envelope.receiver != own:
            return None, "只有收件的那台电脑能打开"
    try:
        connection = reader_of(args, Power.BUNDLES)
        return opening.opened(home, connection, own, kind_of(connection), path), None
    except OfficeError as error:
        from db.errors import BundleRefused

        if isinstance(error, BundleRefused):
            raise
        return None, str(error)


def _titles(opened: Opened) -> dict[str, str]:
    import json

    from db.masking import mask_text

    numbers = {uid: number for uid, number, _ in opened.manifest.cases}
    return {
        numbers[event.case_uid]: mask_text(str(json.loads(event.data).get("title", "")))
        for event in opened.records.events
        if event.action == "register"
    }


def _tell_inside(opened: Opened) -> None:
    listed = opened.manifest
    print("签名和内容核对无误" if not listed.receipt else "签名核对无误")
    if listed.receipt:
        new, known = len(listed.receipt["new"]), len(listed.receipt["known"])
        print(f"回执：新收 {new} 条，早已有 {known} 条，标记 {len(listed.receipt['marked'])} 处")
        return
    print(
        f"{len(listed.cases)} 件事项，{len(listed.events)} 条记录，{len(listed.evidence)} 个附件"
        f"（{sum(size for _, size in listed.evidence) / 1e6:.1f} MB），反映人 {listed.identities} 件"
    )
    titles = _titles(opened)
    print_table(
        ("编号", "事项", "记录"),
        [(number, titles.get(number, ""), str(events)) for _, number, events in listed.cases],
    )


def check(args: argparse.Namespace) -> int:
    """Go through the list before leaving; 1 where something is not in order."""
    from db.bundle import checklist
    from db.terms import CopyKind

    with office_of(args, Power.BUNDLES) as office:
        if office.kind is CopyKind.FIELD and not args.numbers and not args.list:
            chosen = checklist.here(office.writer)
        else:
            named, listed = _chosen(office, args)
            chosen = list(dict.fromkeys([*named, *listed]))
        items = checklist.check(
            office.writer, office.home, office.kind, chosen, office.clock(), with_evidence=args.evidence
            or office.kind is CopyKind.FIELD, folder=Path(args.to).parent if args.to else None,
        )  # fmt: skip
    if args.json:
        print_json([one._asdict() for one in items])
    else:
        _print(bundle_words.checked(items))
    return 0 if all(one.ok for one in items) else 1


def list_bundles(args: argparse.Namespace) -> None:
    """Tell what went out and came in, with whom, and whether it was acknowledged."""
    from db.bundle import book

    entries = book.entries(reader_of(args, Power.BUNDLES))
    if args.json:
        print_json([_entry(one) for one in entries])
        return
    if not entries:
        print("还没有收发过下乡包")
        return
    print_table(
        ("时间", "收发", "是什么", "对方", "件数", "情况"),
        [
            (
                minute(one.made_at if one.outgoing else one.taken_at),
                "发出" if one.outgoing else "收下",
                BundleKind(one.kind).label,
                one.name,
                bundle_words.held(one),
                bundle_words.state(one),
            )
            for one in entries
        ],
    )


def _entry(one: Entry) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": BundleKind(one.kind).label,
        "outgoing": one.outgoing,
        "with": one.name,
        "made_at": instants.iso(one.made_at),
        "taken_at": instants.iso(one.taken_at),
        "acknowledged_at": instants.iso(one.acknowledged_at),
        "returned_at": instants.iso(one.returned_at),
        "state": bundle_words.state(one),
        "cases": list(one.cases),
        "events": one.events,
    }


def clean(args: argparse.Namespace) -> None:
    """Forget on a field copy what the office has said it holds."""
    from db.bundle import cleanup
    from db.keeping import daily

    if bool(args.numbers) == args.all:
        raise CommandError("请写要清理的事项编号，或用 --all 清理全部已有回执的")
    with office_of(args, Power.BUNDLES) as office:
        chosen = None if args.all else [case_numbered(office.writer, number) for number in args.numbers]
        if args.dry_run:
            done = cleanup.would(office, chosen, force=args.force)
        else:
            done = cleanup.clean(office, chosen, force=args.force)
    copies = daily.copies(home_of(args), daily.place(home_of(args), config_of(args).backup.folder).folder)
    if args.json:
        print_json({
            "dry_run": args.dry_run, "cleaned": [one.number for one in done.gone],
            "kept": [{"number": one.number, "why": bundle_words.why_kept(one)} for one in done.kept],
            "daily_backups": [str(copy) for copy in copies],
        })  # fmt: skip
        return
    _print(bundle_words.cleaned(done, copies, dry_run=args.dry_run))
