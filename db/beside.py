"""A function that works in a process of its own, beside the one that asks."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from types import TracebackType
from typing import Generic, Self, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Beside(Generic[Question, Answer]):
    """One helper process for one function. Use it as a context manager; one question at a time.

    The process ends when its pipe does: with the context, and also when the one that asks is killed.
    """

    def __init__(self, function: Callable[[Question], Answer]) -> None:
        """Start the process, from nothing rather than by fork: the desk has threads.

        Args:
            function: what it does; it can be pickled.

        Raises:
            ConnectionError: the process is gone already.
        """
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._pipe.send(function)  # Not along with the start: if that fails, nobody would ever read it.
        self.is_asked = False

    def ask(self, question: Question) -> None:
        """Begin with this; the answer to the last question was taken."""
        if self.is_asked:
            raise RuntimeError("the last answer was not taken")
        self._pipe.send(question)
        self.is_asked = True

    def has_answered(self) -> bool:
        """Whether there is an answer to take without waiting."""
        return self.is_asked and self._pipe.poll()

    def answer(self) -> Answer:
        """What the function said to the question; waits for it.

        Raises:
            EOFError: the process is gone.
            Exception: whatever the function raised.
        """
        return self.taken()()

    def taken(self) -> Callable[[], Answer]:
        """The same, still packed: call it for what was said. Ask the next question before, and both work.

        Raises:
            EOFError: the process is gone.
        """
        if not self.is_asked:
            raise RuntimeError("nothing was asked")
        self.is_asked = False
        packed = self._pipe.recv_bytes()
        return lambda: self._unpacked(packed)

    @staticmethod
    def _unpacked(packed: bytes) -> Answer:
        said: Answer
        said, error = pickle.loads(packed)
        if error is not None:
            raise error
        return said

    def __enter__(self) -> Self:
        """The helper itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process, also in the middle of what nobody waits for any more: it holds nothing."""
        if self.is_asked:
            self._process.terminate()
        self._pipe.close()
        self._process.join()


def _serve(pipe: Pipe) -> None:
    import gc
    import signal

    gc.disable()  # What is asked and answered stands in no circle.
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the process that asks.
    with suppress(EOFError, OSError):
        function = pipe.recv()
        while True:
            pipe.send(_said(function, pipe.recv()))


def _said(
    function: Callable[[Question], Answer], question: Question
) -> tuple[Answer | None, Exception | None]:
    try:
        return function(question), None
    except Exception as error:  # It is raised again where it was asked.
        return None, error
