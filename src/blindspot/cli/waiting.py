"""What does a person at a terminal see while work lasts? Nothing for two seconds; then the step, and time left if known."""

from __future__ import annotations

import re
import sys
from threading import Lock, Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


AFTER_S = 2.0
COUNTED = re.compile(r"\b(\d+) of (\d+)\b")  # a step that says "3 of 9" gets a bar and the time left

__all__ = ["Waiting"]


class Waiting:
    """Told each step in words; draws on stderr, only if that is a terminal, and leaves nothing behind."""

    def __init__(self, after_s: float = AFTER_S) -> None:
        self.after_s = after_s
        self._lock = Lock()
        self._timer: Timer | None = None
        self._bar: Progress | None = None
        self._words = ""

    def __call__(self, words: str) -> None:
        if not sys.stderr.isatty():
            return
        with self._lock:
            self._words = words
            if self._bar is not None:
                self._tell(self._bar)
            elif self._timer is None:
                self._timer = Timer(self.after_s, self._show)
                self._timer.daemon = True
                self._timer.start()

    def done(self) -> None:
        """The work is over: clear the line, so that what is printed next stands alone."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            if self._bar is not None:
                self._bar.stop()
            self._timer = self._bar = None

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        columns = (TextColumn("  {task.description}", markup=False), BarColumn(), TimeElapsedColumn())
        left = (TextColumn("left"), TimeRemainingColumn())
        with self._lock:
            if self._timer is None:  # done meanwhile
                return
            self._bar = Progress(
                *columns,
                *left,
                console=Console(stderr=True),
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._bar.add_task("", total=None)
            self._tell(self._bar)
            self._bar.start()

    def _tell(self, bar: Progress) -> None:
        counted = COUNTED.search(self._words)
        task = bar.task_ids[0]
        if not counted:
            bar.update(task, description=self._words)
            return
        total = int(counted[2])
        if bar.tasks[0].total != total:  # another loop: its own clock
            bar.reset(task, start=True, total=total)
        bar.update(task, description=self._words, completed=int(counted[1]))
