"""What an import costs and may do: held in a fresh interpreter, where nothing is loaded yet."""

from __future__ import annotations

import json
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import db

ROOT = Path(__file__).resolve().parents[1]

SCREEN = {"textual", "rich", "duban_tui"}
HEAVY = {
    "sqlmodel", "sqlalchemy", "alembic", "pydantic", "typer", "openpyxl", "pypinyin", "cryptography", "PIL",
    "textual_image",
}  # fmt: skip

GUARD = """
import importlib, json, sys

touched = []

def watch(event, args):
    if event in ("open", "os.mkdir", "socket.connect", "sqlite3.connect", "subprocess.Popen"):
        if is_ours(sys._getframe(1)):
            touched.append(f"{event} {args[:1]}")

def is_ours(frame):
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name.startswith("importlib._bootstrap"):
            return False  # the import system reading a module
        if name.split(".")[0] in ("db", "duban_tui"):
            return True
        frame = frame.f_back
    return False

sys.addaudithook(watch)
"""
"""Notes what our own modules open, connect to or start while they are imported."""


def fresh(code: str, *arguments: str) -> str:
    """Run code in a new interpreter and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def db_modules() -> list[str]:
    """Every module of the records office but the migrations, which only Alembic runs."""
    names = (found.name for found in pkgutil.walk_packages(db.__path__, "db."))
    return [name for name in names if not name.startswith("db.migrations")]


def loaded(code: str, *arguments: str) -> set[str]:
    """The top-level packages in memory after the code ran."""
    tell = "\nimport sys, json\nprint(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    return set(json.loads(fresh(code + tell, *arguments).splitlines()[-1]))


def test_the_records_office_loads_nothing_of_the_desk() -> None:
    names = db_modules()
    assert "db.connection" in names
    assert not loaded("\n".join(f"import {name}" for name in names)) & SCREEN


def test_sql_stands_in_the_records_office_alone() -> None:
    asking = re.compile(r"""["'](SELECT|INSERT|UPDATE|DELETE|WITH|REPLACE)\s""")
    sources = (ROOT / "duban_tui").rglob("*.py")
    assert [path.name for path in sources if asking.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "module",
    ["db.reads.board", "db.reads.tree", "db.reads.case", "db.deadlines", "db.office", "db.keeping.daily"],
)
def test_reading_does_not_load_what_only_writing_needs(module: str) -> None:
    assert not loaded(f"import {module}") & HEAVY


def test_nothing_is_opened_by_an_import() -> None:
    names = [*db_modules(), "duban_tui.cli", "duban_tui.app", "duban_tui.config", "duban_tui.locations"]
    imports = "\n".join(f"importlib.import_module({name!r})" for name in names)
    assert json.loads(fresh(f"{GUARD}\n{imports}\nprint(json.dumps(touched))")) == []


@pytest.fixture(scope="module")
def office_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a small demo office in it."""
    home = tmp_path_factory.mktemp("home")
    run_cli(home, "demo", "--cases", "30", "--no-tui")
    return home / "demo"


def run_cli(home: Path, *words: str) -> str:
    code = "import sys; from duban_tui.cli import main; sys.exit(main(sys.argv[1:]))"
    return fresh(code, "--home", str(home), *words)


@pytest.mark.parametrize(
    "words",
    [
        ["find", "路灯"],
        ["find", "路灯", "--json"],
        ["board"],
        ["board", "--json"],
        ["deadline", "2026-02-13", "5工作日"],
    ],
    ids=" ".join,
)
def test_a_quick_answer_loads_neither_screen_nor_orm(office_home: Path, words: list[str]) -> None:
    code = "import sys; from duban_tui.cli import main; main(sys.argv[1:])"
    assert not loaded(code, "--home", str(office_home), *words) & (HEAVY | {"textual", "rich"})


BARE_DESK = """
import json, os, sys
from textual.app import App
from textual.widgets import Input, OptionList, Tree

class Desk(App):
    def compose(self):
        yield Tree("units")
        yield Input()
        yield OptionList("a case")

    def on_ready(self):
        print(json.dumps(sorted(sys.modules)), flush=True)
        os._exit(0)

Desk().run(headless=True)
"""

OUR_DESK = """
import json, os, sys
from duban_tui.cli.parser import function_of, parse
from duban_tui.cli.places import config_of, home_of

args = parse(sys.argv[1:])
function_of(args)
from duban_tui.app import DubanApp

def tell(desk):
    assert len(desk.screen.query_one("CaseList"))
    print(json.dumps(sorted(sys.modules)), flush=True)
    os._exit(0)

DubanApp.on_ready = tell
DubanApp(home_of(args), config_of(args)).run(headless=True, size=(120, 36))
"""

ONLY_LATER = {
    "db.journal", "db.fold", "db.effects", "db.lifecycle", "db.actions", "db.office", "db.reads.case",
    "db.reads.lookup", "db.deadline_trace", "db.search_index", "db.units",
    "duban_tui.cli.board", "duban_tui.screens.lookup", "duban_tui.screens.form", "duban_tui.screens.case",
    "duban_tui.widgets.unit_picker", "duban_tui.widgets.due_trace", "duban_tui.controls",
}  # fmt: skip
"""What the desk has and its first frame does not show."""

MORE_MODULES = 77
"""So many more than a bare Textual app may be loaded at the first frame, our own and the driver's counted."""


def test_the_first_frame_loads_no_more_than_it_shows(office_home: Path) -> None:
    shown = set(json.loads(fresh(OUR_DESK, "--home", str(office_home))))
    packages = {name.partition(".")[0] for name in shown}
    assert not packages & HEAVY
    assert not shown & ONLY_LATER
    more = shown - set(json.loads(fresh(BARE_DESK)))
    assert len(more) <= MORE_MODULES, sorted(more)
