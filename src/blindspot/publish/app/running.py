"""How are long stages run? One at a time, in a process of its own that can be stopped; its words are kept for the page."""

from __future__ import annotations

import multiprocessing
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from blindspot.errors import BlindspotError, UsageError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from blindspot.publish.app.model import Works

FORCE_S = 2.0  # a process that does not end when asked is ended


@dataclass(slots=True)
class Job:
    """One run of a stage."""

    stage: str
    started: float
    says: list[str] = field(default_factory=list)
    state: str = "running"  # done, failed, cancelled
    seconds: float = 0.0

    def as_data(self) -> dict[str, Any]:
        """For the page."""
        seconds = time.monotonic() - self.started if self.state == "running" else self.seconds
        return {"stage": self.stage, "state": self.state, "says": self.says[-8:], "seconds": round(seconds, 1)}


@dataclass(slots=True)
class Runner:
    """The job that runs, and the last of each stage."""

    root: Path
    works: Works
    jobs: dict[str, Job] = field(default_factory=dict)
    _process: BaseProcess | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, stage: str) -> Job:
        """Run a stage. Raises UsageError for an unknown one, or while another runs."""
        if stage not in {s.name for s in self.works.stages}:
            raise UsageError(f"{stage}: there is no such stage.")
        with self._lock:
            if self._process is not None and self._process.is_alive():
                raise UsageError("Another stage is running; wait for it, or cancel it.")
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(
                target=_work, args=(self.works.run, str(self.root), stage, theirs), daemon=True, name=f"stage-{stage}"
            )
            process.start()
            theirs.close()
            job = self.jobs[stage] = Job(stage, time.monotonic())
            self._process = process
        threading.Thread(target=self._listen, args=(job, process, ours), daemon=True).start()
        return job

    def cancel(self) -> None:
        """Stop what runs; what it was writing was written beside its place, so nothing half-made stays."""
        with self._lock:
            process = self._process
            if process is None or not process.is_alive():
                return
            for job in self.jobs.values():
                if job.state == "running":
                    job.state = "cancelled"
            process.terminate()
        process.join(FORCE_S)
        if process.is_alive():
            process.kill()
            process.join()

    def _listen(self, job: Job, process: BaseProcess, ours: Connection) -> None:
        failed = False
        with ours:
            while True:
                try:
                    kind, says = ours.recv()
                except EOFError:
                    break
                job.says.append(says)
                failed = failed or kind == "failed"
        process.join()
        job.seconds = time.monotonic() - job.started
        if job.state == "running":
            job.state = "failed" if failed or process.exitcode else "done"


def _work(run: Any, root: str, stage: str, tell: Connection) -> None:
    """In the process of the stage."""
    try:
        run(root, stage, lambda says: tell.send(("says", says)))
    except BlindspotError as error:
        tell.send(("failed", error.diagnostics()))
    except OSError as error:
        tell.send(("failed", f"{error.filename or 'a file'}: {error.strerror}"))
    finally:
        tell.close()
