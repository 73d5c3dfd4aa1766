"""What happens to an invented case: the acts from 登记 on, each legal at its place and before now."""

from __future__ import annotations

from random import Random
from typing import Any

from db import deadlines
from db.actions import Action
from db.demo import people, texts
from db.demo.cast import Cast, Unit
from db.demo.plan import BODY
from db.demo.timing import HOUR, MINUTE, Timing
from db.instants import DAY_SECONDS, local
from db.journal import Act
from db.rules import Kind, Limit
from db.terms import Finding, Handling, Method, Via

_UNIT_WAYS = (Via.SYSTEM, Via.SYSTEM, Via.PHONE, Via.PAPER)
_HOTLINE_SCHEME = "12345工单编号"


class Life:
    """The acts of one case in the making; `at` is the moment of the last one."""

    def __init__(
        self, rng: Random, cast: Cast, timing: Timing, *, body: int = BODY, wide: bool = False
    ) -> None:
        """Begin with nothing; `register` comes first."""
        self.rng, self.cast, self.timing = rng, cast, timing
        self.topic = rng.choice(texts.topics())
        self.unit = cast.lead(rng, self.topic.department)
        self.kind: Kind = cast.kind(rng)
        self.urgency = cast.urgency(rng)
        self.limit: Limit = cast.rules.limit_for(self.kind.name, self.topic.category, self.urgency)
        self.at = self.delivered = timing.now
        self.body, self.wide = body, wide
        self.acts: list[Act] = []

    # -- the desk's acts ------------------------------------------------------------------------------

    def register(self, delivered: int, serial: int, **more: Any) -> None:
        """登记, some time before the moment at which it will be delivered."""
        self.at = delivered - self.rng.randint(5 * MINUTE, 2 * HOUR)
        self.delivered = delivered
        where = self.cast.place(self.rng, self.unit)
        self.story = texts.write(self.rng, self.topic, where, delivered, body=self.body, wide=self.wide)
        channel = self.cast.channel(self.rng)
        data: dict[str, Any] = {
            "kind": self.kind.name, "channel": channel, "category": self.topic.category,
            "urgency": self.urgency, "title": self.story.title, "body": self.story.body,
            "place": self.story.place, **more,
        }  # fmt: skip
        if channel == "12345":
            data["numbers"] = [[_HOTLINE_SCHEME, f"{local(self.at):%Y%m%d}{serial:010d}"]]
        if self.rng.random() < 0.8:
            data["submitter"] = people.reporter(self.rng, where)
        if self.rng.random() < 0.03:
            data["body"] += f"联系电话 {people.phone(self.rng)}。"
        self._take(Action.REGISTER, data)

    def refuse(self) -> None:
        """不予受理, with what is told to whom it concerns."""
        reason = self.cast.reason(self.rng, self.cast.rules.refuse_reasons)
        self.office(Action.REFUSE, **reason, detail=texts.refusal(self.rng, wide=self.wide))

    def dispatch(self, **chosen: Any) -> None:
        """交办 at the moment of delivery."""
        self.at = self.delivered
        data = {"lead": self.unit.uid, **chosen}
        if "lead" in data and self.rng.random() < 0.1:
            helper = self.rng.choice(self.cast.departments)
            data["assist"] = [] if helper == self.unit else [helper.uid]
        self._take(Action.DISPATCH, {name: value for name, value in data.items() if value})

    def office(self, action: Action, *, after: tuple[int, int] = (HOUR, DAY_SECONDS), **data: Any) -> None:
        """An act of this desk, some time after the last one."""
        self.at = self.timing.after(self.rng, self.at, *after)
        self._take(action, data)

    def unit_acts(self, action: Action, *, after: tuple[int, int] = (HOUR, DAY_SECONDS), **data: Any) -> None:
        """An act of the 主办, entered here as it came in."""
        self._by_unit(action, data, self.timing.after(self.rng, self.at, *after))

    def _by_unit(self, action: Action, data: dict[str, Any], at: int) -> None:
        self.at = at
        leads = [act.data["lead"] for act in self.acts if "lead" in act.data]
        self._take(action, data, party=leads[-1] if leads else None, via=self.rng.choice(_UNIT_WAYS))

    def word(self, name: str) -> str:
        """A packaged word, see `texts.word`."""
        return texts.word(self.rng, name)

    def _take(
        self, action: Action, data: dict[str, Any], party: str | None = None, via: Via = Via.DESK
    ) -> None:
        delay = self.rng.randint(0, 10 * MINUTE) if via in _UNIT_WAYS else 0
        self.acts.append(Act(action, data, party, via, self.at, min(self.at + delay, self.timing.now)))

    # -- stretches of a life --------------------------------------------------------------------------

    def accept(self, signed: float = 0.3) -> None:
        """签收 (with a chance of `signed`) and 受理 within the working day or so."""
        if self.rng.random() < signed:
            self.unit_acts(Action.SIGN, after=(10 * MINUTE, 4 * HOUR))
        self.unit_acts(Action.ACCEPT, after=(20 * MINUTE, 20 * HOUR))

    def work(self) -> None:
        """What may happen while a unit is at it."""
        drawn = self.rng.random()
        if drawn < 0.10:
            self.unit_acts(Action.PROGRESS, text=f"已到现场查看，{self.word('progress')}")
        elif drawn < 0.18:
            self.urge()
        elif drawn < 0.20:
            self.verify()
        elif drawn < 0.23 and (village := self.cast.below(self.rng, self.unit)) is not None:
            self.unit_acts(Action.SUBDISPATCH, unit=village.uid)

    def urge(self) -> None:
        """催办 by telephone."""
        who = f"{people.name(self.rng)[0]}某"
        self.office(Action.URGE, way="电话", whom=who, text="请按期办结并反馈", answer=self.word("answer"))

    def verify(self) -> None:
        """A visit, and its 核查记录."""
        left = self.timing.after(self.rng, self.at, 2 * HOUR, 2 * DAY_SECONDS)
        arrived = max(left - self.rng.randint(30 * MINUTE, 100 * MINUTE), self.at)
        self.at = left
        self._take(
            Action.VERIFY,
            {
                "method": self.rng.choice(tuple(Method)).value,
                "arrived_at": arrived,
                "left_at": left,
                "place": self.story.place,
                "people": [self.word("met"), self.word("met")],
                "identity_shown": self.rng.random() < 0.4,
                "log": [[f"{local(arrived):%H:%M}", "到达现场"], [f"{local(left):%H:%M}", "离开"]],
                "findings": self.story.found,
                "finding": self.rng.choice(tuple(Finding)).value,
                "handling": self.rng.choice(tuple(Handling)).value,
            },
        )

    def submit(self, *, after: tuple[int, int]) -> None:
        """办结申请 with the reply."""
        finding = self.rng.choice((Finding.TRUE, Finding.TRUE, Finding.MOSTLY, Finding.PARTLY, Finding.FALSE))
        self.unit_acts(Action.SUBMIT, after=after, reply=self.story.reply, finding=finding.value)

    def close(self) -> None:
        """审核通过."""
        self.office(Action.APPROVE, after=(HOUR, 2 * DAY_SECONDS))

    def ask_extension(self, reason: str) -> int | None:
        """延期申请, where it still comes before the due date; until when, or None where it was not made."""
        rules, calendar = self.timing.rules, self.timing.calendar
        due = deadlines.clock(self.delivered, self.limit, calendar, rules).due_at
        asked = self.timing.after(self.rng, self.at, 10 * MINUTE, 2 * HOUR)
        if due is None or asked >= due:
            return None
        until = self.timing.end_of_workday(due, self.rng.randint(3, 8))
        self._by_unit(Action.EXTEND, {"reason": reason, "until": until}, asked)
        return until

    def supervise(self) -> None:
        """挂牌."""
        self.office(
            Action.CORRECT,
            after=(MINUTE, HOUR),
            field="supervised",
            value="是",
            reason="群众反映强烈，挂牌督办",
        )

    def give_to(self, unit: Unit) -> None:
        """Another 主办 than the one that was drawn."""
        self.unit = unit
