"""The wheel: holds all that the program reads at run time, declares all it imports, runs by itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import tomli

ROOT = Path(__file__).resolve().parents[1]

RUN = "import sys; sys.path.insert(0, '.'); from duban_tui.cli import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our wheel, built by the backend that is installed: nothing is fetched."""
    pytest.importorskip("hatchling")
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(out.glob("duban-*.whl"))


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's files, far from the checkout."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_the_wheel_carries_every_file_that_is_read(unpacked: Path) -> None:
    assert (unpacked / "duban_tui/config.toml").read_bytes() == (ROOT / "config.toml").read_bytes()
    for folder, pattern in (("duban_tui/styles", "*.tcss"), ("db/data", "*"), ("db/migrations", "**/*.py")):
        needed = {path.relative_to(ROOT) for path in (ROOT / folder).glob(pattern) if path.is_file()}
        assert needed, folder
        assert [path for path in needed if not (unpacked / path).is_file()] == []


def test_the_wheel_carries_nothing_else(unpacked: Path) -> None:
    tops = {path.name for path in unpacked.iterdir() if path.suffix != ".dist-info"}
    assert tops == {"db", "duban_tui"}


def test_the_wheel_runs_without_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", RUN, "--home", str(tmp_path), "demo", "--cases", "20", "--no-tui"],
        cwd=unpacked,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "警报" in done.stdout


def test_every_import_is_declared() -> None:
    declared = {module_name(line) for line in project()["dependencies"]}
    assert imported_packages() - declared == set()


def test_every_dependency_is_used() -> None:
    declared = {module_name(line) for line in project()["dependencies"]}
    assert declared - imported_packages() == set()


@pytest.mark.parametrize("what", ["", "-build", "-dev", "-bench"])
def test_a_lock_pins_by_hash_and_names_no_index(what: str) -> None:
    lock = (ROOT / f"requirements{what}.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z0-9][^\n]*\\\n    --hash=sha256:", lock, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[a-z0-9]", lock, re.MULTILINE)) > 0
    assert not re.search(r"://|index|find-links", lock)


def test_the_lock_holds_every_dependency() -> None:
    assert {distribution(line) for line in project()["dependencies"]} <= locked("").keys()


@pytest.mark.parametrize("extra", ["dev", "bench"])
def test_the_lock_of_an_extra_holds_it_and_agrees_with_the_others(extra: str) -> None:
    pins = locked(f"-{extra}")
    extras: dict[str, list[str]] = project()["optional-dependencies"]
    assert {distribution(line) for line in extras[extra]} <= pins.keys()
    others = locked("") | locked("-dev")
    assert {name: others[name] for name in pins.keys() & others} | pins == pins


def locked(what: str) -> dict[str, str]:
    """The versions of ``requirements<what>.lock`` by distribution."""
    lock = (ROOT / f"requirements{what}.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", lock, re.MULTILINE))


def project() -> dict[str, Any]:
    """The [project] table of pyproject.toml."""
    table: dict[str, Any] = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def distribution(requirement: str) -> str:
    """``rich>=15,<16`` → ``rich``."""
    return re.split(r"[<>=!~\[ ;]", requirement)[0]


def module_name(requirement: str) -> str:
    """The name a distribution is imported by."""
    name = distribution(requirement)
    return {"pillow": "PIL"}.get(name, name.replace("-", "_"))


def imported_packages() -> set[str]:
    """Every package outside the standard library and this project that our code imports anywhere."""
    names: set[str] = set()
    for path in [*(ROOT / "db").rglob("*.py"), *(ROOT / "duban_tui").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names) - {"db", "duban_tui"}
