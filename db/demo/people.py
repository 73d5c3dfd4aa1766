"""Invented reporters. The numbers come from blocks whose middle four digits are 0000: nobody's."""

from __future__ import annotations

from random import Random

from db.demo.texts import word


def reporter(rng: Random, unit: str) -> dict[str, str]:
    """Name and telephone of whoever reports a case; sometimes an address, sometimes no name."""
    who = {"phone": phone(rng)}
    if rng.random() < 0.93:
        who["name"] = name(rng)
    if rng.random() < 0.15:
        who["address"] = f"{unit}{rng.randint(1, 12)} 组"
    return who


def name(rng: Random) -> str:
    """A name put together by chance."""
    return word(rng, "surname") + word(rng, "given")


def phone(rng: Random) -> str:
    """A mobile number that looks real and is nobody's."""
    return f"1{rng.choice('3578')}{rng.randint(0, 9)}0000{rng.randint(0, 9999):04d}"
