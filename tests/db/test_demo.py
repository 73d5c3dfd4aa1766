"""The demo office: every way in which a case can stand, as of now, and the same again from the same seed."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from db import demo, instants
from db.demo import offices, texts
from db.demo.chance import Chance
from db.demo.plan import agree
from db.keeping import doctor
from db.office import Office
from db.reads.board import QUEUES, Scope, counts
from db.terms import Alarm, Stage
from duban_tui import config

MOMENTS = {
    "an ordinary afternoon": instants.at(2026, 11, 24, 15, 30),
    "the small hours of a Monday": instants.at(2026, 11, 23, 0, 20),
    "a Sunday": instants.at(2026, 11, 22, 11, 0),
    "amid the Spring Festival": instants.at(2026, 2, 18, 12, 0),
    "the first workday after it": instants.at(2026, 2, 24, 8, 0),
    "a year nobody has published": instants.at(2031, 5, 12, 10, 0),
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office on the real tree, without cases."""
    home = tmp_path_factory.mktemp("empty")
    Office.create(home, config.load().rules, "张三").close()
    return home


def filled(empty: Path, folder: Path, cases: int, *, now: int, seed: int = 1) -> Office:
    """A copy of the empty office, filled as of a moment."""
    folder.mkdir(parents=True)
    (folder / "office.db").write_bytes((empty / "office.db").read_bytes())
    office = Office.open(folder, config.load().rules, "张三")
    office.clock = lambda: now
    demo.fill(office, cases, seed)
    return office


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS.keys())
def test_every_alarm_stage_and_queue_is_there_at_any_moment(empty: Path, tmp_path: Path, moment: int) -> None:
    with filled(empty, tmp_path / "home", 500, now=moment) as office:
        counted = counts(office.writer, Scope(), moment)
        assert all(counted.alarms[alarm] for alarm in Alarm), counted.alarms
        assert all(counted.queues[queue] for queue in QUEUES), counted.queues
        stages = {row[0] for row in office.writer.execute('SELECT DISTINCT stage FROM "case"')}
        assert stages == {str(stage) for stage in Stage}
        flags = office.writer.execute(
            """SELECT max(provisional), max(supervised), max(report), max(confidential), max(extended),
            max(returned), max(redone), max(urged), max(notes), max(limit_text = '长期'),
            max(limit_text = '24小时'), max(subject_unit_id IS NOT NULL), max(conflicts) FROM "case" """
        ).fetchone()
        assert all(flags[:-1]), flags
        assert flags[-1] == 0


def test_about_an_eighth_is_open_and_a_year_is_shown(empty: Path, tmp_path: Path) -> None:
    moment = MOMENTS["an ordinary afternoon"]
    with filled(empty, tmp_path / "home", 1200, now=moment) as office:
        counted = counts(office.writer, Scope(), moment)
        first, last = office.writer.execute(
            'SELECT min(received_at), max(received_at) FROM "case"'
        ).fetchone()
    assert 0.1 < counted.open / counted.total < 0.15
    assert 0 < counted.alarms[Alarm.OVERDUE] < counted.open / 5
    assert last - first > 300 * instants.DAY_SECONDS
    assert last < moment


def test_nothing_lies_in_the_future(empty: Path, tmp_path: Path) -> None:
    moment = MOMENTS["a Sunday"]
    with filled(empty, tmp_path / "home", 300, now=moment) as office:
        latest = office.writer.execute("SELECT max(at), max(recorded_at) FROM event").fetchone()
    assert max(latest) <= moment


def test_the_same_seed_gives_the_same_cases_and_another_gives_others(empty: Path, tmp_path: Path) -> None:
    moment = MOMENTS["an ordinary afternoon"]
    told = 'SELECT number, title, received_at, due_at, stage, l2 FROM "case" ORDER BY id'
    seen = []
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        with filled(empty, tmp_path / name, 120, now=moment, seed=seed) as office:
            seen.append(office.writer.execute(told).fetchall())
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]


def test_a_generation_that_was_broken_off_goes_on(
    empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = MOMENTS["an ordinary afternoon"]
    monkeypatch.setattr(demo, "BATCH", 50)

    told = 'SELECT number, title, due_at FROM "case" ORDER BY id'

    class Stop(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done == 100:
            raise Stop

    with filled(empty, tmp_path / "whole", 160, now=moment) as office:
        whole = office.writer.execute(told).fetchall()
    with filled(empty, tmp_path / "broken", 0, now=moment) as office:
        office.writer.execute("DELETE FROM setting WHERE name = 'demo'")
        with pytest.raises(Stop):
            demo.fill(office, 160, progress=stop)
        assert demo.written(office.writer) == 100
        assert not demo.is_complete(office.writer)
        office.clock = lambda: moment + 5 * instants.DAY_SECONDS
        demo.fill(office, 160)
        assert demo.is_complete(office.writer)
        assert (
            office.writer.execute('SELECT number, title, due_at FROM "case" ORDER BY id').fetchall() == whole
        )


def test_an_office_with_cases_is_not_mixed_with_invented_ones(empty: Path, tmp_path: Path) -> None:
    moment = MOMENTS["an ordinary afternoon"]
    with filled(empty, tmp_path / "home", 40, now=moment) as office:
        with pytest.raises(ValueError, match="种子 1"):
            demo.fill(office, 80, 2)
        office.writer.execute("DELETE FROM setting WHERE name = 'demo'")
        with pytest.raises(ValueError, match="已有事项"):
            demo.fill(office, 80)


def test_a_demo_office_is_sound(empty: Path, tmp_path: Path) -> None:
    with filled(empty, tmp_path / "home", 120, now=MOMENTS["an ordinary afternoon"]) as office:
        assert doctor.check(office.writer, office.calendars).sound


def test_numbers_are_nobodys(empty: Path, tmp_path: Path) -> None:
    with filled(empty, tmp_path / "home", 200, now=MOMENTS["an ordinary afternoon"]) as office:
        said = " ".join(row[0] for row in office.writer.execute("SELECT text FROM content"))
    found = re.findall(r"(?<!\d)1[3-9]\d{9}(?!\d)", said)
    assert found
    assert all(number[3:7] == "0000" for number in found)


def test_every_topic_has_its_parts_in_pairs() -> None:
    for topic in texts.topics():
        assert len(topic.title) == len(topic.fact) == len(topic.reply) == 2, topic.title
        assert len(topic.more) >= 2


def test_departments_grow_the_tree_once_under_codes_of_their_own(empty: Path, tmp_path: Path) -> None:
    moment = MOMENTS["an ordinary afternoon"]
    with filled(empty, tmp_path / "home", 0, now=moment) as office:
        living = "SELECT count(*) FROM unit_version WHERE valid_to IS NULL"
        for _ in range(2):
            offices.grow(office.writer, 20_500)
            assert office.writer.execute(living).fetchone() == (20_500,)
        added = office.writer.execute(
            "SELECT name, short_name, code FROM unit_version WHERE code GLOB '[^0-9]*'"
        ).fetchall()
        assert len({code for *_, code in added}) == len(added) > 8000
        assert ("渝中区城市管理局", "渝中区城市管理局") in {row[:2] for row in added}


def test_the_measured_office_has_four_acts_a_case_and_busy_departments(empty: Path, tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "office.db").write_bytes((empty / "office.db").read_bytes())
    with Office.open(folder, config.load().rules, "张三") as office:
        office.clock = lambda: MOMENTS["an ordinary afternoon"]
        offices.grow(office.writer, 20_500)
        plan = demo.Plan(3_000_000, 1, office.clock(), units=20_500, mix="bench")
        author = demo._Author(office, plan)
        cases = [author.acts(serial) for serial in range(0, 2_900_000, 500)]
    actions = [str(act.action) for acts in cases for act in acts]
    assert len(actions) / len(cases) == pytest.approx(4.0, abs=0.1)
    assert 0.015 < sum("verify" in [str(act.action) for act in acts] for acts in cases) / len(cases) < 0.025
    assert {"sign", "urge", "extend_grant", "redo", "progress", "subdispatch"} <= set(actions)
    assert statistics.median(len(acts[0].data["title"]) for acts in cases) == pytest.approx(20, abs=3)
    assert statistics.median(len(acts[0].data["body"]) for acts in cases) == pytest.approx(120, abs=10)
    leads = Counter(act.data["lead"] for acts in cases for act in acts if "lead" in act.data)
    assert leads.most_common(1)[0][1] > 20 * statistics.median(leads.values())


def test_real_letters_have_about_six_hundred_characters() -> None:
    said = [
        len(texts.write(Chance(seed), texts.topics()[seed % 38], "渝中区", 1_780_000_000, body=600).body)
        for seed in range(300)
    ]
    assert statistics.median(said) == pytest.approx(600, rel=0.1)


KILLED = """
import sys
from pathlib import Path
from db import bulk, demo
from db.office import Office
from duban_tui import config

demo.BATCH, bulk.WORTH_A_PROCESS = 50, 100
if __name__ == "__main__":
    with Office.open(Path(sys.argv[1]), config.load().rules, "张三") as office:
        demo.fill(office, 400, progress=lambda done, total: print(done, flush=True))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the signal is of POSIX")
def test_a_generation_that_was_killed_goes_on(empty: Path, tmp_path: Path) -> None:
    moment = MOMENTS["an ordinary afternoon"]
    told = 'SELECT number, title, due_at FROM "case" ORDER BY id'
    with filled(empty, tmp_path / "whole", 400, now=moment) as office:
        whole = office.writer.execute(told).fetchall()
    with filled(empty, tmp_path / "killed", 0, now=moment) as office:
        office.writer.execute("DELETE FROM setting WHERE name = 'demo'")
        agree(office.writer, demo.Plan(400, 1, moment))
    script = tmp_path / "killed.py"
    script.write_text(KILLED, encoding="utf-8")
    command = [sys.executable, str(script), str(tmp_path / "killed")]
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=here, text=True) as running:
        assert running.stdout is not None
        while running.stdout.readline().strip() != "100":
            assert running.poll() is None
        running.kill()
    subprocess.run(command, check=True, env=here, stdout=subprocess.DEVNULL)
    with Office.open(tmp_path / "killed", config.load().rules, "张三") as office:
        assert demo.is_complete(office.writer)
        assert office.writer.execute(told).fetchall() == whole
