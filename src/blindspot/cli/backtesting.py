"""The verb of the corpus: backtest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from blindspot.cli.shared import json_option, print_json, progress
from blindspot.cli.workers import cluster_option, executor, workers_option

DAYS = ("+1", "+7", "+30", "day before", "all four")


@click.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), metavar="DIR", help="Write backtest.html and tables there."
)
@click.option(
    "--as-cases",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write each incident folder, rated by the codebook, as a case folder there; nothing is replayed.",
)
@workers_option
@cluster_option
@json_option
def backtest(
    corpus: Path, out: Path | None, as_cases: Path | None, workers: int, cluster: str | None, as_json: bool
) -> None:
    r"""Replay past incidents with what was public at the time, and score the answers by what was later found.

    CORPUS holds case folders (case.toml), incident folders (incident.toml), or both; docs/corpus.md says how to add one.

    \b
    Example:
      blindspot backtest corpus -o backtest
      blindspot backtest my-incidents --as-cases my-cases
    """
    if as_cases is not None:
        _write_cases(corpus, as_cases, as_json)
        return

    from blindspot import runs

    with executor(workers, cluster) as pool:
        found = runs.backtest(corpus, out, executor=pool, progress=progress)
    progress.done()
    if as_json:
        print_json(found)
        return
    _show(found)
    if out is not None:
        click.echo(f"Page and tables: {out / 'backtest.html'}")


def _write_cases(corpus: Path, folder: Path, as_json: bool) -> None:
    from blindspot.case.incidents import read_corpus, write_case

    read = read_corpus(corpus, progress=progress)
    written = [str(write_case(read.cases[name], folder / name)) for name in read.coded]
    left = [{"id": x.id, "why": x.why} for x in read.left_out]
    left += [{"id": name, "why": "is a case folder already"} for name in read.cases if name not in read.coded]
    notes = [{"id": x.id, "what": x.why} for x in read.notes]
    progress.done()
    if as_json:
        print_json({"written": written, "left_out": left, "notes": notes})
        return
    for path in written:
        click.echo(path)
    for entry in left:
        click.echo(f"left out: {entry['id']}: {entry['why']}")
    for note in notes:
        click.echo(f"note: {note['id']}: {note['what']}")


def _show(found: dict[str, Any]) -> None:
    for line in found["limits"]:
        click.echo(f"! {line}")
    click.echo(
        f"\nIncidents: {found['incidents']}; questions with an uncontested finding: {found['questions']} (with contested ones: {found['questions_with_contested']}). Brier: 0 best, 1 worst; in brackets 95 % over incidents."
    )
    cells = {(s["method"], s["lag"]): s for s in found["scores"]}
    if not cells:
        click.echo("No question has an uncontested finding after its incident, so there is nothing to score.")
    else:
        click.echo(f"{'':<16}" + "".join(f"{day:<22}" for day in DAYS) + "over 95 % and wrong")
        for method in found["methods"]:
            row = [cells[method, day] for day in DAYS]
            click.echo(
                f"{method:<16}"
                + "".join(f"{s['brier']:.3f} [{s['low']:.3f}-{s['high']:.3f}]   " for s in row)
                + f"{found['overconfident_wrong'][method]}"
            )
    for p in found["paired"]:
        if p["lag"] == "all four" and p["against"] in {"naive", "naive tempered"}:
            says = "excludes" if p["brier_low"] > 0 or p["brier_high"] < 0 else "does not exclude"
            click.echo(
                f"ours minus {p['against']} ({p['findings']}, n {p['n']}): {p['brier']:+.4f} [{p['brier_low']:+.4f}, {p['brier_high']:+.4f}]: the interval {says} zero"
            )
    for title, key, what in (("left out", "left_out", "why"), ("remarks", "notes", "what")):
        by: dict[str, list[str]] = {}
        for entry in found[key]:
            by.setdefault(entry[what], []).append(entry["id"])
        click.echo(f"\n{len(found[key])} {title}{':' if by else ''}")
        for words, ids in by.items():
            click.echo(f"  {words}: {', '.join(ids)}")
