"""The lookup made beside the writing: the same answers, and no process left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from db import bulk
from db.actions import Action
from db.bulk import bulk_for
from db.index import waiting
from db.journal import Act, record_batch
from db.office import Office
from db.search import find

HELD = """
import os, sys, time
from db.beside import Beside
from db.bulk import pressed
if __name__ == "__main__":
    presser = Beside(pressed)
    presser.ask(["路灯"])
    presser.answer()
    print(presser._process.pid, flush=True)
    time.sleep(60)
"""


def cases(number: int) -> list[tuple[None, list[Act]]]:
    """New cases, each with words of its own."""
    return [
        (None, [Act(Action.REGISTER, {"kind": "诉求", "title": f"路灯{turn}号不亮", "body": "老街" * turn})])
        for turn in range(number)
    ]


def test_what_was_made_beside_is_found(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "AT_ONCE", 60)
    with bulk_for(bulk.WORTH_A_PROCESS) as helped:
        for batch in range(0, 450, 50):
            record_batch(office, cases(450)[batch : batch + 50], bulk=helped)
    (pressed,) = office.writer.execute("SELECT sum(cases) FROM lookup_piece").fetchone()
    assert pressed > 60
    assert len(list(find(office.writer, "路灯"))) == 450
    assert len(list(find(office.writer, "灯449号"))) == 1
    assert len(list(find(office.writer, "老街"))) == 449


DYING = """
import sys
from pathlib import Path
from db.beside import Beside
if __name__ != "__main__":
    sys.exit(1)
try:
    Beside(b"x" * 10_000_000)
except ConnectionError:
    print("told")
"""


def test_a_helper_that_dies_at_its_start_is_told_and_not_waited_for(tmp_path: Path) -> None:
    script = tmp_path / "dying.py"
    script.write_text(DYING, encoding="utf-8")
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    assert done.stdout == "told\n"


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_it_ends_when_the_program_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "held.py"
    script.write_text(HELD, encoding="utf-8")
    root = str(Path(__file__).resolve().parents[2])
    asking = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert asking.stdout is not None
    helper = int(asking.stdout.readline())
    asking.send_signal(signal.SIGKILL)
    asking.wait()
    assert _gone(helper)


def _gone(pid: int) -> bool:
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False
