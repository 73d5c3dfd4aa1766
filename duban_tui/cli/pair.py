"""``duban pair``: the machines that bundles are exchanged with."""

from __future__ import annotations

import argparse
from pathlib import Path

from db import instants
from db.connection import transaction
from db.posts import Power
from db.terms import CopyKind
from duban_tui import bundle_words
from duban_tui.cli.errors import CommandError
from duban_tui.cli.output import minute, print_json, print_table
from duban_tui.cli.places import office_of, reader_of


def card(args: argparse.Namespace) -> None:
    """Write this machine's card and tell the code by which the other end can be sure of it."""
    from db.bundle import card as cards
    from db.bundle import pairing

    with office_of(args, Power.BUNDLES) as office:
        with transaction(office.writer) as connection:
            own = pairing.own_card(connection, office.device, office.kind, args.name)
        cards.write(office.home, own, Path(args.to))
    code = cards.code(own)
    if args.json:
        print_json({"file": args.to, "id": own.id, "name": own.name, "kind": own.kind, "code": code})
        return
    print(f"已写出“{own.name}”（{CopyKind(own.kind).label}）的名片：{args.to}")
    print(f"核对码  {code}")
    print("把名片交给对方，再把核对码当面或在电话里念给对方；对方运行 duban pair add 名片 --code 核对码")


def add(args: argparse.Namespace) -> None:
    """Pair with the machine of a card.

    Raises:
        CommandError: the code that was read aloud is another one.
    """
    from db.bundle import card as cards
    from db.bundle import pairing

    theirs = cards.read(Path(args.file))
    code = cards.code(theirs)
    if args.code is not None and not cards.same_code(args.code, code):
        raise CommandError(
            f"核对码不一样，没有配对：念的是 {args.code}，名片的是 {code}。名片可能被换过，请当面重新交换"
        )
    with office_of(args, Power.BUNDLES) as office, transaction(office.writer) as connection:
        pairing.add(connection, office.device, office.kind, theirs, office.clock())
    print(f"已与“{theirs.name}”（{CopyKind(theirs.kind).label}）配对")
    if args.code is None:
        print(f"核对码  {code}")
        print(f"请与对方显示的核对一遍；不一样就是名片被换过，请立即运行 duban pair end {theirs.name}")


def list_pairs(args: argparse.Namespace) -> None:
    """Tell the machines this one is or was paired with."""
    from db.bundle import pairing

    known = pairing.listing(reader_of(args, Power.BUNDLES))
    if args.json:
        print_json([
            {
                "id": one.id, "name": one.name, "kind": CopyKind(one.kind).label, "prefix": one.prefix,
                "paired_at": instants.iso(one.paired_at),
                "revoked_at": instants.iso(one.revoked_at),
            }
            for one in known
        ])  # fmt: skip
        return
    if not known:
        print("还没有配对。先 duban pair card --to 文件，再 duban pair add 对方的名片")
        return
    print_table(
        ("名称", "是什么", "编号前缀", "配对", "终止"),
        [
            (one.name, CopyKind(one.kind).label, one.prefix, minute(one.paired_at), minute(one.revoked_at))
            for one in known
        ],
    )


def end(args: argparse.Namespace) -> None:
    """End a pairing."""
    from db.bundle import book, pairing

    with office_of(args, Power.BUNDLES) as office, transaction(office.writer) as connection:
        ended = pairing.end(connection, args.name, office.clock())
        entries = [one for one in book.entries(connection) if one.device == ended.id]
    print(f"已终止与“{ended.name}”的配对：从此不收它的包，也不能给它做包；以前收下的记录仍在")
    for line in bundle_words.awaited(entries):
        print(line)
