"""What the verbs share: arguments, options, and the one way of printing JSON and progress."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click


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


def print_json(found: Any) -> None:
    """One JSON object to stdout, nothing else."""
    click.echo(json.dumps(found, ensure_ascii=False))


def progress(what: str) -> None:
    """Say on stderr what is being done, where a person is looking."""
    if sys.stderr.isatty():
        click.echo(f"  {what} …", err=True)
