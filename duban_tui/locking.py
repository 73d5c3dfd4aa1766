"""锁屏: hide what is on the screen, then let go of the office; and back again.

The screens stay as they are below the one that asks who is there, so whoever locked finds every form with
its text and cursor. What was typed is on disk before that. No clock runs under a locked desk: timers of the
hidden screens stand still, nothing reads, and once the last thread is done all connections are closed and
the key is forgotten. A ledger that is being imported is first taken in to its end.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.timer import Timer

from db import vault
from duban_tui import viewer
from duban_tui.screens.base import DeskScreen
from duban_tui.screens.board import BoardScreen

if TYPE_CHECKING:
    from duban_tui.app import DubanApp

SHUT = "shut"
"""The group of the task that closes the office."""

ASKING = "login"
"""The group of the threads in which a secret is checked."""

LOOK = 0.05
"""Seconds between two looks whether the last thread is done."""

LET_GO = 0.2
"""Seconds for a thread whose work was cancelled: it notices within a few milliseconds."""


def why_not(app: DubanApp) -> str | None:
    """Why the desk cannot be locked, in Chinese; ``None`` = it can."""
    if app.asks_who():
        return None
    return "办公库没有加密，也没有人设登录口令，锁了谁都能开；在 F9“人员”里设登录口令"


async def lock(app: DubanApp) -> None:
    """Hide everything, then close the office."""
    lost = unsaved(app)
    app.locked = True
    app.stop_clocks()
    app.clear_notifications()
    for timer in _timers(app):
        timer.pause()
    viewer.forget()
    await app.push_screen(app.screen_of("login", lost))
    app.workers.cancel_group(app, "upkeep")
    _close_soon(app)


def _close_soon(app: DubanApp) -> None:
    app.run_worker(_shut(app), group=SHUT, exclusive=True)


def unsaved(app: DubanApp) -> list[str]:
    """Write what is being typed; why it could not be, for each form in which it could not."""
    return [
        what for screen in app.screen_stack if isinstance(screen, DeskScreen) if (what := screen.unsaved())
    ]


def _timers(app: DubanApp) -> list[Timer]:
    """The timers of all that is on the screens."""
    return [
        timer
        for screen in app.screen_stack
        for node in screen.walk_children(with_self=True)
        for timer in list(node._timers)
    ]


async def _shut(app: DubanApp) -> None:
    """Once nothing reads or writes any more: close, and forget the key."""
    while any(not worker.is_finished and worker.group not in (SHUT, ASKING) for worker in app.workers):
        await asyncio.sleep(LOOK)
    await asyncio.sleep(LET_GO)
    app.close_connections()
    if vault.is_sealed(app.home):
        vault.lock(app.home)


def stay_open(app: DubanApp) -> None:
    """A passphrase was given while a long task kept the office open: its end takes the key no more."""
    app.workers.cancel_group(app, SHUT)


def enter(app: DubanApp, name: str | None) -> str | None:
    """Somebody has shown who he is: back to where he was, or for another officer to the board.

    Args:
        app: the desk.
        name: of the officer; None = the office asks for no PIN.

    Returns:
        Why this officer cannot have the desk yet, in Chinese; None = the desk is his.
    """
    stay_open(app)
    app.reopen()
    same = app.begun and app.officer == (name or app.config.officer.name)
    if app.begun and not same and (lost := unsaved(app)):
        _close_soon(app)
        return f"{app.officer} 还有没存上的（{'；'.join(lost)}），请先由他登录"
    app.locked, app.signed_in = False, name
    app.clear_notifications()
    if not app.begun:
        _open_desk(app)
        app.open_start()
    elif same:
        for timer in _timers(app):
            timer.resume()
        app.pop_screen()
    else:
        app.recent.clear()
        _open_desk(app)
    app.begun = True
    app.start_clocks()
    app.tell_changed()
    return None


def _open_desk(app: DubanApp) -> None:
    """The board at the bottom; over it, for somebody who may see no case, what he is here for."""
    while len(app.screen_stack) > 1 and not isinstance(app.screen, BoardScreen):
        app.pop_screen()
    for timer in _timers(app):
        timer.resume()
    if isinstance(app.screen, BoardScreen):
        app.screen.action_refresh_board()
    elif app.seat.may("cases"):
        app.push_screen(app.screen_of("board"))
    if not app.seat.may("cases"):
        app.show("officers")
