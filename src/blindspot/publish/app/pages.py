"""The pages: a frame with the way to the others, and a place that one script fills. The report is shown as it was drawn."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from blindspot.publish.report.templates import templates

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
    from starlette.staticfiles import StaticFiles

    from blindspot.publish.app.desk import Desk

PAGES = (  # address, name, script
    ("weigh", "Weigh", "weigh"),
    ("report", "Report", "report"),
    ("tables", "Tables", "tables"),
    ("sheet", "Sheet", "sheet"),
    ("suggestions", "Suggestions", "decide"),
    ("gaps", "Gaps", "decide"),
    ("stages", "Stages", "stages"),
    ("history", "History", "stages"),
)


def static() -> StaticFiles:
    """Our own scripts and styles; nothing else is served from the package."""
    from starlette.staticfiles import StaticFiles

    return StaticFiles(packages=[("blindspot.publish.app", "static")])


def routes(desk: Desk) -> list[Route]:
    """A route per page, the drawn report with its media, and the style of the report for our own pages."""
    from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
    from starlette.routing import Route

    frame = templates("blindspot.publish.app").get_template("frame.html")
    style = files("blindspot.publish.report").joinpath("page.css").read_text(encoding="utf-8")

    def page(address: str, name: str, script: str) -> Any:
        # Not async: reading the case may wait for one that weighs, and must not hold up every other page.
        def answer(request: Request) -> Response:
            state = desk.state()
            case = state.case
            return HTMLResponse(
                frame.render(
                    pages=PAGES, address=address, name=name, script=script, csrf=request.state.session.csrf,
                    reviewer=request.state.session.reviewer, case=case.head.id if case else desk.root.name,
                    title=case.head.title if case else desk.root.name,
                    handling=case.head.handling if case else "", version=state.version,
                )
            )  # fmt: skip

        return answer

    async def home(_: Request) -> Response:
        return RedirectResponse("/weigh", status_code=303)

    async def report_style(_: Request) -> Response:
        return Response(style, media_type="text/css")

    async def report(_: Request) -> Response:
        drawn = desk.root / "out" / "report.html"
        if not drawn.is_file():
            return PlainTextResponse("The report has not been drawn yet.\n", status_code=404)
        return HTMLResponse(drawn.read_bytes())

    async def media(request: Request) -> Response:
        folder = (desk.root / "out" / "media").resolve()
        wanted = (folder / request.path_params["name"]).resolve()
        if not wanted.is_file() or wanted.parent != folder:
            return PlainTextResponse("There is no such file.\n", status_code=404)
        return FileResponse(wanted)

    # The report itself is at /report; the page around it is at /reported, since a frame needs an address of its own.
    return [
        Route("/", home),
        *(
            Route(f"/{'reported' if address == 'report' else address}", page(address, name, script))
            for address, name, script in PAGES
        ),
        Route("/report", report),
        Route("/media/{name}", media),
        Route("/style.css", report_style),
    ]
