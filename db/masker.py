"""Texts folded and masked beside the writing, in a process of its own: a sixth of the work of a new case.

Only where thousands of cases come in; those of a desk's single step are masked where it is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from types import TracebackType

from db.search_index import indexed

Texts = Sequence[str]
"""All by which one case may be found."""

WORTH_A_PROCESS = 20_000
"""From how many cases on their texts are masked in a process of its own."""


def masker_for(cases: int) -> AbstractContextManager[Masker | None]:
    """Where there is enough to do that starting a process pays, one that masks the texts."""
    return nullcontext() if cases < WORTH_A_PROCESS else Masker()


class Masker:
    """One helper process. Use it as a context manager; answers come in the order of the questions.

    The process ends when its pipe does: with the context, and also when this process is killed.
    """

    def __init__(self) -> None:
        """Start the process, from nothing rather than by fork: the desk has threads."""
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._asked = 0

    def ask(self, cases: Sequence[Texts]) -> None:
        """Have these masked. One question at a time: `answer` comes before the next."""
        if self._asked:
            raise RuntimeError("the last answer was not taken")
        if cases:
            self._pipe.send(cases)
        self._asked = len(cases)

    def answer(self) -> list[str]:
        """What `search_index.indexed` says of each; waits for it. Empty where nothing was asked.

        Raises:
            EOFError: the process is gone.
        """
        if not self._asked:
            return []
        self._asked = 0
        masked: list[str] = self._pipe.recv()
        return masked

    def __enter__(self) -> Masker:
        """The masker itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self._pipe.close()
        self._process.join()


def _serve(pipe: Pipe) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the process that asks.
    while True:
        try:
            pipe.send([indexed(texts) for texts in pipe.recv()])
        except (EOFError, OSError):
            return
