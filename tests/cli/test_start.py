"""The quick commands load nothing heavy: counted in modules, in a process of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "sqlmodel", "sqlalchemy", "alembic", "pydantic", "typer", "openpyxl", "python_calamine", "pypinyin",
    "cryptography", "textual", "rich",
)  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ["find", "路灯"],
        ["find", "綦江区", "--json"],
        ["find", "qjq"],
        ["board"],
        ["board", "--unit", "綦江区"],
        ["show", "2026-000001"],
        ["deadline", "2026-02-13", "5工作日"],
        ["units", "list"],
        ["--version"],
        [],
    ],
    ids=" ".join,
)
def test_quick_commands_stay_light(demo_office: Path, arguments: list[str]) -> None:
    code = (
        "import sys; from duban_tui.cli import main; main(sys.argv[1:]); "
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, "--home", str(demo_office), *arguments],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert ended.stderr.strip().endswith("[]")
