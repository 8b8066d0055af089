"""The verb `open`: the case on this machine's own web pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from blindspot.cli.shared import case_argument

if TYPE_CHECKING:
    from collections.abc import Callable

    from blindspot.publish.app import Works
    from blindspot.quantities import Offer
    from blindspot.rooms import Result


@click.command("open")
@case_argument
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="A port of your choice (default: any free one).")
@click.option("--no-browser", is_flag=True, help="Only print the link.")
def open_(case: Path, port: int, no_browser: bool) -> None:
    r"""Work on a case in the browser: the report live, tables to edit, numbers to try. On this machine only.

    \b
    Example:
      blindspot open cases/kabul-2021-08-29
    """
    import webbrowser

    from blindspot.case.editing import disagreements
    from blindspot.errors import UsageError
    from blindspot.publish.app import serve

    if not (case / "case.toml").is_file():
        raise UsageError(f"{case}: there is no case.toml in it. `blindspot new NAME` makes a case.")

    def opened(link: str) -> None:
        for text in disagreements(case):
            click.echo(f"The custody log does not agree: {text}", err=True)
        click.echo(f"{link}\nThe link works once. Stop with Ctrl+C.")
        if not no_browser:
            webbrowser.open(link)

    serve(case, works(), port, opened)


def works() -> Works:
    """The stages, as the app may call them."""
    from blindspot.publish.app import StageInfo, Works
    from blindspot.stages import STAGES

    infos = tuple(StageInfo(s.name, s.says) for s in STAGES if s.name != "check")
    return Works(infos, run_stage, offers_of, result_of)


def run_stage(folder: str, name: str, progress: Callable[[str], None]) -> None:
    """One stage of a case, with all that it needs; "report" draws the page."""
    from blindspot import stages

    if name == "report":
        stages.review(folder, progress=progress)
        return
    run = stages.Review(Path(folder), progress=progress)
    if run.lacks(stages.stage(name)):
        progress(f"not done: {stages.stage(name).lacks}")
        return
    run.result(name)
    progress("done" if run.ran else "nothing has changed since it was made")


def offers_of(folder: Path) -> dict[str, Offer]:
    """What the measuring stages offer to the weighing."""
    from blindspot import rooms, stages

    run = stages.Review(folder)
    before = [s for s in run.before(stages.stage("weigh")) if s.run is not None]
    return rooms.offers({s.name: run.result(s.name) for s in before})


def result_of(folder: Path, name: str) -> Result:
    """The result of a stage."""
    from blindspot import stages

    return stages.Review(folder).result(name)
