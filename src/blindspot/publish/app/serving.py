"""The server: which address leads to which answer. Routes are a table; what they do stands in the modules they name."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from blindspot.case import editing
from blindspot.errors import BlindspotError, UsageError
from blindspot.publish.app import deciding, pages, sheet, tables, weighing
from blindspot.publish.app.desk import Desk
from blindspot.publish.app.guard import Door, Guard
from blindspot.publish.app.openapi import description
from blindspot.publish.app.running import Runner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

    from blindspot.publish.app.guard import Session
    from blindspot.publish.app.model import Works

LOOPBACK = "127.0.0.1"
Asked = dict[str, Any]


class App:
    """What all routes share."""

    def __init__(self, root: Path, works: Works) -> None:
        self.desk, self.door, self.runner = Desk(root, works), Door(), Runner(root, works)

    def who(self, session: Session) -> str:
        """Whose name stands in the log beside a change."""
        return session.reviewer or "reviewer"

    # Reading ----------------------------------------------------------------------------------------------------------

    def version(self, _: Asked, session: Session) -> Asked:
        """What a page asks every two seconds: has anything changed, and who stands where."""
        state = self.desk.state()
        others = [s.at | {"who": self.who(s)} for s in self.door.sessions.values() if s is not session and s.at]
        running = [job.as_data() for job in self.runner.jobs.values() if job.state == "running"]
        return {
            "version": state.version,
            "problems": len(state.problems),
            "concerns": self.desk.concerns(),
            "others": others,
            "running": running,
        }

    def files(self, _: Asked, __: Session) -> Asked:
        """The files that may be edited."""
        return {"files": tables.files(self.desk)}

    def table(self, asked: Asked, _: Session) -> Asked:
        """One file."""
        return tables.table(self.desk, _text(asked, "file"))

    def weighing(self, _: Asked, __: Session) -> Asked:
        """Questions, numbers and switches."""
        return weighing.overview(self.desk)

    def sheet(self, asked: Asked, session: Session) -> Asked:
        """The sheet of one question, as this reviewer may see it."""
        return sheet.sheet(self.desk, _text(asked, "question"), session.reviewer)

    def suggestions(self, _: Asked, __: Session) -> Asked:
        """Rows that computations suggest, and those refused."""
        return deciding.waiting(self.desk)

    def gaps(self, _: Asked, session: Session) -> Asked:
        """The gap cards of every chain of custody, and the losses of view in footage with both sides."""
        return deciding.gaps(self.desk, session.reviewer)

    def stages(self, _: Asked, __: Session) -> Asked:
        """The stages, and the last run of each."""
        jobs = {name: job.as_data() for name, job in self.runner.jobs.items()}
        return {"stages": [{"name": s.name, "says": s.says, "job": jobs.get(s.name)} for s in self.desk.works.stages]}

    def history(self, _: Asked, __: Session) -> Asked:
        """The latest changes, newest first."""
        return {
            "changes": [
                {"n": e.n, "when": e.when, "who": e.who, "what": e.what, "undone": e.undone}
                for e in editing.history(self.desk.root)
            ]
        }

    # Writing ----------------------------------------------------------------------------------------------------------

    def whatif(self, asked: Asked, _: Session) -> Asked:
        """A preview; writes nothing."""
        return weighing.preview(self.desk, asked)

    def change(self, asked: Asked, session: Session) -> Asked:
        """One change to a file."""
        return tables.change(self.desk, asked, self.who(session))

    def undo(self, _: Asked, session: Session) -> Asked:
        """Take the last change back."""
        with self.desk.lock:
            return tables.applied(self.desk, editing.undo(self.desk.root, self.who(session)))

    def redo(self, _: Asked, session: Session) -> Asked:
        """Make it again."""
        with self.desk.lock:
            return tables.applied(self.desk, editing.redo(self.desk.root, self.who(session)))

    def here(self, asked: Asked, session: Session) -> Asked:
        """Which cell this browser stands in."""
        session.at = {name: str(asked.get(name, ""))[:200] for name in ("file", "key", "column")}
        return {}

    def reviewer(self, asked: Asked, session: Session) -> Asked:
        """Who sits at this browser."""
        session.reviewer = sheet.reviewer_name(_text(asked, "name"))
        return {"name": session.reviewer}

    def seal(self, asked: Asked, session: Session) -> Asked:
        """Seal the probabilities felt."""
        sheet.seal(self.desk, _text(asked, "question"), _object(asked, "values"), session.reviewer)
        return self.sheet(asked, session)

    def column(self, asked: Asked, session: Session) -> Asked:
        """Write a column of the sheet whole."""
        question, fact = _text(asked, "question"), _text(asked, "fact")
        sheet.column(self.desk, question, fact, _object(asked, "values"), session.reviewer)
        return self.sheet(asked, session)

    def decide(self, asked: Asked, session: Session) -> Asked:
        """Accept or refuse a suggestion."""
        return deciding.decide(self.desk, _text(asked, "id"), _text(asked, "decision"), self.who(session))

    def gap(self, asked: Asked, session: Session) -> Asked:
        """Say which candidate after a loss of view is the vehicle, none of them, or that it cannot be told."""
        gap, answer, why = (_text(asked, name) for name in ("gap", "answer", "why"))
        deciding.answer(self.desk, gap, answer, why, session.reviewer)
        return self.gaps(asked, session)

    def run(self, asked: Asked, session: Session) -> Asked:
        """Run a stage."""
        self.runner.start(_text(asked, "stage"))
        return self.stages(asked, session)

    def cancel(self, asked: Asked, session: Session) -> Asked:
        """Stop the stage that runs."""
        self.runner.cancel()
        return self.stages(asked, session)

    def invite(self, _: Asked, __: Session) -> Asked:
        """A link for one more browser, for a second reviewer."""
        return {"path": f"/?token={self.door.invite()}"}


READS = ("version", "files", "table", "weighing", "sheet", "suggestions", "gaps", "stages", "history")
WRITES = (
    "whatif", "change", "undo", "redo", "here", "reviewer", "seal", "column", "decide", "gap", "run", "cancel", "invite",
)  # fmt: skip


def application(root: Path, works: Works, hosts: frozenset[str]) -> tuple[Starlette, Door]:
    """The app of one case for these Host headers, and the door that gives out links."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.responses import JSONResponse
    from starlette.routing import Mount, Route

    app = App(root, works)

    async def openapi(_: Request) -> Response:
        return JSONResponse(description(READS, WRITES, app))

    routes = [
        *(Route(f"/api/{name}", _reading(getattr(app, name)), methods=["GET"]) for name in READS),
        *(Route(f"/api/{name}", _writing(getattr(app, name)), methods=["POST"]) for name in WRITES),
        Route("/openapi.json", openapi),
        *pages.routes(app.desk),
        Mount("/static", pages.static()),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Guard, door=app.door, hosts=hosts)]), app.door


def serve(root: Path, works: Works, port: int, opened: Callable[[str], None]) -> None:
    """Serve a case on the loopback address until interrupted; `opened` gets the link once the port answers."""
    import socket

    import uvicorn

    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((LOOPBACK, port))
        bound.listen(128)  # from here on a browser that is quicker than the server waits instead of being refused
    except OSError as error:
        bound.close()
        raise UsageError(f"port {port} is taken ({error.strerror}); name another with --port, or none.") from error
    with suppress(UsageError):  # a damaged log: every page says so, and no change is taken
        editing.recover(root)
    port = bound.getsockname()[1]
    hosts = frozenset(f"{name}:{port}" for name in (LOOPBACK, "localhost"))
    made, door = application(root, works, hosts)
    server = uvicorn.Server(
        uvicorn.Config(made, log_level="warning", access_log=False, server_header=False, lifespan="off")
    )
    opened(f"http://{LOOPBACK}:{port}/?token={door.invite()}")
    server.run(sockets=[bound])


def _reading(method: Callable[[Asked, Session], Asked]) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        return await _answered(method, dict(request.query_params), request)

    return answer


def _writing(method: Callable[[Asked, Session], Asked]) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        from starlette.responses import JSONResponse

        raw = await request.body()
        try:
            asked = json.loads(raw or b"{}")
            json.dumps(asked, ensure_ascii=False).encode()  # half a character would come back as an error of our own
        except (ValueError, RecursionError):
            return JSONResponse({"error": "The body is not JSON."}, status_code=400)
        if not isinstance(asked, dict):
            return JSONResponse({"error": "The body is not a JSON object."}, status_code=400)
        return await _answered(method, asked, request)

    return answer


async def _answered(method: Callable[[Asked, Session], Asked], asked: Asked, request: Request) -> Response:
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse

    try:
        return JSONResponse(await run_in_threadpool(method, asked, request.state.session))
    except editing.ConflictError as conflict:
        told = {"error": conflict.diagnostics(), "yours": conflict.change.new, "theirs": conflict.theirs}
        return JSONResponse(told, status_code=409)
    except BlindspotError as error:
        return JSONResponse({"error": error.diagnostics()}, status_code=422)
    except OSError as error:
        return JSONResponse({"error": f"{error.filename or 'a file'}: {error.strerror}"}, status_code=500)


def _text(asked: Mapping[str, Any], name: str) -> str:
    value = asked.get(name, "")
    if not isinstance(value, str) or not value:
        raise UsageError(f"{name} is missing.")
    return value


def _object(asked: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = asked.get(name)
    if not isinstance(value, dict):
        raise UsageError(f"{name}: write an object.")
    return value
