"""Shell completion, made from the parser itself."""

from __future__ import annotations

import argparse


def completion(args: argparse.Namespace) -> None:
    """Print the completion script of a shell."""
    import shtab

    from duban_tui.cli.parser import build

    print(shtab.complete(build(), shell=args.shell))
