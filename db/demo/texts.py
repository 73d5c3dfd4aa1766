"""What demo cases say: texts put together from topics written for this project. Nothing in them is real."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib import resources
from random import Random
from typing import Any, NamedTuple

from db.demo import vocabulary
from db.demo.plan import BODY
from db.instants import day_of

_ALIGNED = 2
"""Titles, facts and replies of a topic come in so many versions that belong together."""


PARAGRAPH = 120
"""Characters of one paragraph, about."""


class Topic(NamedTuple):
    """The material for cases of one sort; see topics.toml for what each part holds."""

    category: str
    department: str
    title: tuple[str, ...]
    fact: tuple[str, ...]
    more: tuple[str, ...]
    wish: tuple[str, ...]
    reply: tuple[str, ...]


class Story(NamedTuple):
    """What a case says."""

    title: str
    body: str
    place: str
    reply: str
    found: str
    """What an inspector sees there."""


@cache
def _packaged() -> dict[str, Any]:
    import tomli

    return tomli.loads(resources.files("db.demo").joinpath("topics.toml").read_text(encoding="utf-8"))


@cache
def topics() -> tuple[Topic, ...]:
    """The topics that are packaged."""
    return tuple(Topic(**part) for part in _packaged()["topic"])


def word(rng: Random, name: str) -> str:
    """One of the packaged words of a list in topics.toml, such as ``surname``."""
    return str(rng.choice(_packaged()["words"][name]))


def write(
    rng: Random, topic: Topic, where: str, received: int, *, body: int = BODY, wide: bool = False
) -> Story:
    """A story that happens in `where` (a short name of a place) around an instant.

    The body has about `body` characters; a letter of several paragraphs has several things to say. A
    `wide` story has words beyond its topic, see `db.demo.vocabulary`.
    """
    day = day_of(received)
    slots = _slots(rng, where, day)
    version = rng.randint(0, _ALIGNED - 1)
    title = topic.title[version].format_map(slots)
    fact = topic.fact[version].format_map(slots)
    told = fact + _rest(rng, topic, slots, wide)
    for _ in range(round(body / PARAGRAPH) - 1):
        told += _another(rng, where, day, wide)
    title = title if where in title else where + title
    onward = vocabulary.clauses(rng, 25) if wide else word(rng, "onward")
    reply = topic.reply[version].format_map({**slots, "when": _shortly_after(rng, day)})
    return Story(
        f"{title}，{vocabulary.word(rng)}" if wide else title,
        word(rng, "opener") + told,
        f"{where}{slots['road']}{slots['spot']}",
        f"{reply}。{word(rng, 'told')}，{onward}。",
        f"随机走访 {slots['n']} 户，{fact}。",
    )


def _slots(rng: Random, where: str, day: dt.date) -> dict[str, str]:
    return {
        "unit": where,
        "road": word(rng, "road") + word(rng, "road_kind"),
        "court": word(rng, "court") + word(rng, "court_kind"),
        "spot": f"{rng.randint(1, 188)} 号",
        "shop": word(rng, "shop") + word(rng, "shop_kind"),
        "n": str(rng.randint(2, 9)),
        "many": str(rng.randint(11, 68)),
        "tens": str(rng.randint(2, 7) * 10),
        "days": str(rng.randint(4, 45)),
        "hour": word(rng, "hour"),
        "when": _before(rng, day),
    }


def refusal(rng: Random, *, wide: bool) -> str:
    """What is told to whom is not helped here."""
    told = word(rng, "refusal")
    return f"{told}{vocabulary.clauses(rng, 40)}。" if wide else told


def _another(rng: Random, where: str, day: dt.date, wide: bool) -> str:
    topic, slots = rng.choice(topics()), _slots(rng, where, day)
    return f"另外，{rng.choice(topic.fact).format_map(slots)}{_rest(rng, topic, slots, wide)}"


def _rest(rng: Random, topic: Topic, slots: dict[str, str], wide: bool) -> str:
    end = f"{rng.choice(topic.wish)}，{word(rng, 'tail')}。"
    if wide:
        return f"。{vocabulary.clauses(rng, 55)}。{end}".format_map(slots)
    place = rng.randint(0, len(topic.more) - 1)
    first, second = topic.more[place], topic.more[place - 1]
    return f"。{first}，{word(rng, 'history')}。{second}。{end}".format_map(slots)


def _before(rng: Random, day: dt.date) -> str:
    """A time some weeks before a day, as people say it."""
    earlier = day - dt.timedelta(days=rng.randint(8, 60))
    part = ("上旬", "中旬", "下旬")[min((earlier.day - 1) // 10, 2)]
    date = rng.choice((part, f"{earlier.day}日"))
    return f"{earlier.month}月{date}" if rng.random() < 0.6 else word(rng, "before")


def _shortly_after(rng: Random, day: dt.date) -> str:
    later = day + dt.timedelta(days=rng.randint(1, 4))
    return f"{later.month}月{later.day}日"
