"""What the verbs share: arguments, options, and the one way of printing JSON and progress."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from blindspot.cli.waiting import Waiting


class Day(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic in newer click only
    """A day written as 2021-09-04."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC).date()
        except ValueError:
            self.fail(f"{value!r} is not a day; write 2021-09-04", param, ctx)


case_argument = click.argument("case", type=click.Path(path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object to stdout, nothing else.")
as_of_option = click.option("--as-of", type=Day(), metavar="DATE", help="Only what was public on that day.")


ROWS_AT_ONCE = 10_000


def print_json(found: dict[str, Any]) -> None:
    """One JSON object to stdout, nothing else; long tables a piece at a time, so that millions of rows need no copy."""
    before = "{"
    for key, value in found.items():
        click.echo(f"{before}{json.dumps(key, ensure_ascii=False)}: ", nl=False)
        before = ", "
        if not isinstance(value, list):
            click.echo(json.dumps(value, ensure_ascii=False), nl=False)
            continue
        click.echo("[", nl=False)
        for k in range(0, len(value), ROWS_AT_ONCE):
            rows = json.dumps(value[k : k + ROWS_AT_ONCE], ensure_ascii=False)[1:-1]
            click.echo(f", {rows}" if k else rows, nl=False)
        click.echo("]", nl=False)
    click.echo("}" if found else "{}")


progress = Waiting()  # `progress(words)` at each step; `progress.done()` before anything is printed
