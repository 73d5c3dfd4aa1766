"""Which invented cases there are, and how many of each: the office as it looks on an ordinary day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from db.actions import Action
from db.demo.lives import Life
from db.demo.timing import HOUR, MINUTE
from db.instants import DAY_SECONDS, end_of, local
from db.rules import Limit
from db.terms import Alarm


class Scene(NamedTuple):
    """A way in which an open case stands today."""

    weight: int
    alarm: Alarm | None
    """The alarm that the delivery leads to; None: delivered lately, whatever follows."""
    accepted: bool
    play: Callable[[Life, int], None] | None = None
    """What follows the 受理; with the serial where it plays the whole case itself."""
    whole: bool = False
    """`play` begins with the 登记."""


def waiting(life: Life, serial: int) -> None:
    """待交办."""
    life.register(_lately(life), serial)


def signed(life: Life, serial: int) -> None:
    """签收, not yet 受理."""
    life.unit_acts(Action.SIGN, after=(10 * MINUTE, 3 * HOUR))


def return_asked(life: Life, serial: int) -> None:
    """退回待定."""
    life.unit_acts(
        Action.RETURN, **life.cast.reason(life.rng, life.cast.rules.return_reasons), detail="请改派责任单位"
    )


def returned(life: Life, serial: int) -> None:
    """退回 agreed: waits for 交办 again."""
    return_asked(life, serial)
    life.office(Action.RETURN_GRANT)


def reassigned(life: Life, serial: int) -> None:
    """退回 agreed and handed to another unit."""
    returned(life, serial)
    life.give_to(life.rng.choice(life.cast.departments))
    life.office(Action.DISPATCH, lead=life.unit.uid)


def extension_asked(life: Life, serial: int) -> None:
    """延期待批."""
    life.ask_extension(life.word("extension"))


def extension_granted(life: Life, serial: int) -> None:
    """延期 granted."""
    until = life.ask_extension(life.word("extension"))
    if until is not None:
        life.office(Action.EXTEND_GRANT, after=(MINUTE, HOUR), until=until, opinion="情况属实，同意")


def extension_rejected(life: Life, serial: int) -> None:
    """延期 refused."""
    extension_asked(life, serial)
    if life.acts[-1].action is Action.EXTEND:
        life.office(Action.EXTEND_REJECT, opinion="理由不充分，请按期办结")


def paused(life: Life, serial: int) -> None:
    """暂停."""
    moment = life.timing.after(life.rng, life.at, HOUR, DAY_SECONDS)
    reason = life.cast.reason(life.rng, life.cast.rules.pause_reasons)
    life.office(Action.PAUSE, after=(HOUR, DAY_SECONDS), informed_on=moment, **reason)


def resumed(life: Life, serial: int) -> None:
    """暂停 and on again."""
    paused(life, serial)
    life.office(Action.RESUME)


def reviewing(life: Life, serial: int) -> None:
    """办结待审核."""
    life.submit(after=(2 * HOUR, 2 * DAY_SECONDS))


def redone(life: Life, serial: int) -> None:
    """退回重办."""
    reviewing(life, serial)
    life.office(Action.REDO, reason="回复过于笼统，没有说明完成时间")


def working(life: Life, serial: int) -> None:
    """办理中, with what happens on the way."""
    life.work()
    if life.rng.random() < 0.03:
        life.supervise()


def urged(life: Life, serial: int) -> None:
    """Late, and 催办."""
    life.urge()


def supervised(life: Life, serial: int) -> None:
    """Late, 催办 and 挂牌."""
    life.urge()
    life.supervise()


def visited(life: Life, serial: int) -> None:
    """核查."""
    life.verify()


def unclaimed(life: Life, serial: int) -> None:
    """待认领: the unit was written as nobody knows it."""
    district = life.rng.choice(life.cast.districts).short_name
    life.register(_lately(life), serial)
    life.dispatch(lead=None, lead_text=f"{district}{life.word('unknown')}", assist=None)


def report(life: Life, serial: int) -> None:
    """举报 about a unit; handed to the one above it."""
    subject = life.unit
    others = [unit for unit in life.cast.departments if unit != subject]
    life.give_to(life.cast.above(subject) if subject.level > 2 else life.rng.choice(others))
    life.register(_lately(life), serial, report=True, confidential=True, subject_unit=subject.uid)
    life.dispatch(assist=None, requirement="保护反映人，不得将材料转给被反映单位")
    life.accept()


def provisional(life: Life, serial: int) -> None:
    """暂定: due in a year whose holidays nobody has published."""
    year = max((*life.timing.calendar.published_years, local(life.timing.now).year)) + 1
    life.register(_lately(life), serial)
    due = end_of(dt.date(year, life.rng.randint(1, 3), life.rng.randint(5, 28)), life.timing.rules.closing)
    life.dispatch(due=due, due_source="manual")
    life.accept()


def by_hours(life: Life, serial: int) -> None:
    """A limit in hours, given with the 交办."""
    life.register(life.timing.now - life.rng.randint(HOUR, 20 * HOUR), serial)
    life.dispatch(limit="24小时")


def open_ended(life: Life, serial: int) -> None:
    """长期."""
    life.register(_lately(life), serial)
    life.dispatch(limit="长期")
    life.accept()


def _lately(life: Life) -> int:
    days = life.timing.starts(Limit.parse("15工作日"), Alarm.NORMAL, accepted=True)
    return life.timing.within(life.rng, life.rng.choice(days[:8]))


OPEN: dict[str, Scene] = {
    "delivered": Scene(12, Alarm.DELIVERED, False),
    "signed": Scene(3, Alarm.DELIVERED, False, signed),
    "warning": Scene(5, Alarm.WARNING, False),
    "urgent": Scene(10, Alarm.URGENT, True, working),
    "urgent_unaccepted": Scene(2, Alarm.URGENT, False),
    "overdue": Scene(4, Alarm.OVERDUE, True, urged),
    "supervised": Scene(1, Alarm.OVERDUE, True, supervised),
    "overdue_unaccepted": Scene(1, Alarm.OVERDUE, False),
    "normal": Scene(31, Alarm.NORMAL, True, working),
    "visited": Scene(2, Alarm.NORMAL, True, visited),
    "waiting": Scene(6, None, False, waiting, whole=True),
    "reviewing": Scene(8, Alarm.NORMAL, True, reviewing),
    "return_asked": Scene(2, Alarm.DELIVERED, False, return_asked),
    "returned": Scene(1, Alarm.NORMAL, True, returned),
    "reassigned": Scene(1, Alarm.NORMAL, True, reassigned),
    "extension_asked": Scene(2, Alarm.URGENT, True, extension_asked),
    "extension_granted": Scene(2, Alarm.URGENT, True, extension_granted),
    "extension_rejected": Scene(1, Alarm.URGENT, True, extension_rejected),
    "paused": Scene(2, Alarm.NORMAL, True, paused),
    "resumed": Scene(1, Alarm.NORMAL, True, resumed),
    "redone": Scene(1, Alarm.NORMAL, True, redone),
    "unclaimed": Scene(2, None, False, unclaimed, whole=True),
    "report": Scene(1, None, False, report, whole=True),
    "provisional": Scene(1, None, False, provisional, whole=True),
    "by_hours": Scene(1, None, False, by_hours, whole=True),
    "open_ended": Scene(1, None, False, open_ended, whole=True),
}
"""The open cases of an ordinary day; weights are about per cent."""


def play_open(life: Life, name: str, serial: int) -> None:
    """Let a case stand today as the scene says."""
    scene = OPEN[name]
    if scene.whole:
        assert scene.play is not None
        scene.play(life, serial)
        return
    assert scene.alarm is not None
    days, chosen = life.timing.starts(life.limit, scene.alarm, accepted=scene.accepted), {}
    if not days:
        chosen["limit"] = _ALWAYS
        life.limit = Limit.parse(_ALWAYS)
        days = life.timing.starts(life.limit, scene.alarm, accepted=scene.accepted)
    oldest = _OLDEST if scene.alarm is Alarm.OVERDUE else len(days)
    life.register(life.timing.within(life.rng, life.rng.choice(days[:oldest])), serial)
    life.dispatch(**chosen)
    if scene.accepted:
        life.accept()
    if scene.play is not None:
        scene.play(life, serial)


_ALWAYS = "10工作日"
"""A limit under which every alarm can be reached."""

_OLDEST = 12
"""Working days by which the oldest overdue case was delivered before the first that is overdue."""


class Mix(NamedTuple):
    """What became of closed cases, each as a chance."""

    refused: float
    withdrawn: float
    signed: float
    """Of 签收 before 受理."""
    extended: float
    worked: float
    """Of something to tell between 受理 and 办结申请, as `Life.work` draws it."""
    visited: float
    """Of a 核查 besides."""
    redone: float
    wide: bool
    """Words beyond the topics, see `db.demo.vocabulary`."""


MIXES: dict[str, Mix] = {
    "demo": Mix(0.02, 0.01, 0.3, 0.04, 1.0, 0.0, 0.02, wide=False),
    "bench": Mix(0.315, 0.10, 0.06, 0.02, 0.3, 0.028, 0.01, wide=True),
}
"""The demo has 5.5 acts in a case; bench, the case that budgets are stated for: four, a 核查 in 2 %."""


def play_closed(life: Life, serial: int, received: int, mix: Mix) -> None:
    """Let a case have been dealt with."""
    chance = life.rng.random
    life.register(received, serial)
    if chance() < mix.refused:
        life.refuse()
        return
    life.dispatch()
    if chance() < mix.withdrawn:
        life.office(Action.WITHDRAW, reason="反映人撤回")
        return
    life.accept(mix.signed)
    if chance() < mix.extended:
        extension_granted(life, serial)
    if chance() < mix.worked:
        life.work()
    if chance() < mix.visited:
        life.verify()
    whole = _length(life.limit)
    share = life.rng.uniform(1.1, 1.9) if chance() < 0.09 else life.rng.uniform(0.1, 0.75)
    life.submit(after=(int(whole * share), int(whole * share) + 4 * HOUR))
    if chance() < mix.redone:
        life.office(Action.REDO, reason="反映人不认可，问题仍在")
        life.submit(after=(DAY_SECONDS, 5 * DAY_SECONDS))
    life.close()


def longest(life: Life) -> int:
    """Seconds within which a closed case has surely ended."""
    return 2 * _length(life.limit) + 20 * DAY_SECONDS


def _length(limit: Limit) -> int:
    """About how long a limit lasts, in seconds."""
    per = {"工作日": DAY_SECONDS * 7 // 5, "日": DAY_SECONDS, "小时": HOUR, "长期": 0}[limit.unit.value]
    return max(limit.value * per, 30 * MINUTE)


def deck(rng: Random, count: int) -> list[str]:
    """`count` scenes: each at least once where there is room, then by weight."""
    names = list(OPEN)
    drawn = rng.choices(names, [scene.weight for scene in OPEN.values()], k=max(count - len(names), 0))
    return (names + drawn)[:count]
