"""The command line: thin verbs, one file per room. The only place that prints and exits.

Exit status: 0 done; 1 the check, verification or release gate said no; 2 the input or the usage is wrong; 130 stopped by a
person (Ctrl-C).
"""

from __future__ import annotations

import click

from blindspot.cli import (
    backtesting,
    coverage,
    custody,
    exchanging,
    footage,
    opening,
    people,
    release,
    reviewing,
    statements,
    track,
)
from blindspot.cli.shared import progress
from blindspot.errors import BlindspotError

STOPPED = 130  # as a shell says of a program that was interrupted
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=CONTEXT)
@click.version_option(package_name="blindspot")
def cli() -> None:
    r"""Review an aerial strike, and the surveillance behind it, after the fact.

    \b
    Example:
      blindspot review cases/kabul-2021-08-29
    """


VERBS = (
    reviewing.new,
    reviewing.check,
    reviewing.review,
    opening.open_,
    reviewing.weigh,
    reviewing.replay,
    reviewing.list_stages,
    reviewing.why,
    footage.footage,
    track.track,
    coverage.sorties,
    coverage.coverage,
    coverage.presence,
    statements.statements,
    people.people,
    people.undercount,
    exchanging.import_,
    exchanging.export,
    custody.ingest,
    custody.verify,
    release.release,
    backtesting.backtest,
)
for verb in VERBS:
    cli.add_command(verb)


def _as_written(command: click.Command) -> None:
    """Examples stand in help as they are written: docstrings are raw, and click wants a backspace before such lines."""
    command.help = (command.help or "").replace("\\b\n", "\b\n")
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        _as_written(inner)


_as_written(cli)


def main() -> None:
    r"""Run the command line; errors that are meant for a person are printed as such."""
    try:
        try:
            cli(standalone_mode=False)
        finally:
            progress.done()
    except click.ClickException as error:
        error.show()
        raise SystemExit(2) from error
    except click.exceptions.Exit as error:
        raise SystemExit(error.exit_code) from error
    except (click.Abort, KeyboardInterrupt) as error:
        click.echo("Stopped; nothing half-written was left.", err=True)
        raise SystemExit(STOPPED) from error
    except BlindspotError as error:
        click.echo(error.diagnostics(), err=True)
        raise SystemExit(2) from error
    except OSError as error:
        click.echo(f"{error.filename or 'a file'}: {error.strerror}. Nothing half-written was left.", err=True)
        raise SystemExit(2) from error
