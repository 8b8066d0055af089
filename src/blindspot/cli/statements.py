"""The verb of the statements room: statements."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blindspot.cli.shared import as_of_option, json_option, print_json, progress

if TYPE_CHECKING:
    from collections.abc import Callable


@click.command()
@click.argument("path", type=click.Path(path_type=Path), metavar="CASE|FOLDER")
@click.option(
    "--accept",
    "ids",
    multiple=True,
    metavar="ID",
    help="Take a suggestion into the case; `all` takes every one that is complete.",
)
@as_of_option
@json_option
def statements(path: Path, ids: tuple[str, ...], as_of: Any, as_json: bool) -> None:
    r"""Say who said what on what basis, what was copied, and which statements may be one observation.

    In a case the texts are in texts/, and suggestions go to out/suggestions/ until they are accepted by id.

    \b
    Example:
      blindspot statements my-texts/
      blindspot statements my-case --accept s-0123456789 --accept src-01234567
    """
    if ids:
        _accept(path, ids, as_json=as_json)
        return
    found = _of_case(path, as_of) if (path / "case.toml").exists() else _of_folder(path, as_of)
    progress.done()
    if as_json:
        print_json(found)
        return
    _print(found)
    if (path / "case.toml").exists():
        click.echo(
            f"\nSuggested rows: {path / 'out' / 'suggestions'}. Take them with --accept ID (sources before claims), or --accept all."
        )


def _accept(path: Path, ids: tuple[str, ...], *, as_json: bool) -> None:
    from blindspot.case.suggestions import accept
    from blindspot.errors import UsageError

    if not (path / "case.toml").exists():
        raise UsageError(f"{path}: is not a case; suggestions are accepted into the claims.csv of a case.")
    taken = accept(path, ids)
    progress.done()
    if as_json:
        print_json({"accepted": taken})
        return
    for table, rows in taken.items():
        click.echo(f"{table}.csv: {', '.join(rows)}")


def _of_case(path: Path, as_of: Any) -> dict[str, Any]:
    from blindspot import stages
    from blindspot.case.store import write_text
    from blindspot.case.suggestions import suggest
    from blindspot.errors import UsageError
    from blindspot.measure.statements.derives import Derives, draw

    entry = stages.stage("statements")
    run = stages.Review(path, as_of, progress=progress)
    if run.lacks(entry):
        raise UsageError(f"{path}: {entry.lacks}. Put articles, reports and transcripts into {path / 'texts'}.")
    found = run.result("statements")
    run.store.save_memo()
    for table, rows in found["suggested"].items():
        suggest(path, table, rows)
    if found["derives"]:
        write_text(
            path / "out" / "suggestions" / "derives.svg",
            draw([Derives(**d) for d in found["derives"]], found["circles"]),
        )
    return found


def _of_folder(path: Path, as_of: Any) -> dict[str, Any]:
    from blindspot.errors import UsageError
    from blindspot.measure.statements import described, findings, measure, read_folder

    texts, unread = read_folder(path)
    if not texts:
        why = "; ".join(f"{u.path}: {u.what}" for u in unread[:3]) or "it is empty"
        raise UsageError(f"{path}: holds no text that can be read ({why}).")
    progress(f"{len(texts)} texts")
    return findings(measure(described(texts, {}, as_of)), unread)


def _print(found: dict[str, Any]) -> None:
    click.echo(f"{len(found['texts'])} texts, {len(found['statements'])} attributed statements")
    before = ""
    for s in found["statements"]:
        if s["text_id"] != before:
            before = s["text_id"]
            click.echo(f"\n{before}")
        who = s["speaker"] or "(nobody named)"
        claimed = f", {s['count']} claimed" if s["count"] and s["count"] > 1 else ""
        basis = s["basis"] + (f" ({s['basis_words']})" if s["basis_words"] else "")
        mark = "“”" if s["quoted"] else "  "
        click.echo(
            f"  {s['start']:>6}  {_cut(who, 60)} [{s['anonymity']}{claimed}] {s['verb']}; basis: {_cut(basis, 70)}\n          {mark} {_cut(s['says'], 110)}"
        )
    parts: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
        ("Not independent", "edges", lambda e: f"{e['a']} -> {e['b']}: {e['kind']} ({e['score']:.2f}); {e['says']}"),
        (
            "Garbled, perhaps by machine (a flag, not proof)",
            "garbled",
            lambda g: (
                f"{g['text_id']}: {g['score']} marks per 1,000 words: {', '.join(f'{n} x {k}' for k, n in g['marks'].items())}"
            ),
        ),
        (
            "Quoted otherwise than spoken",
            "drifts",
            lambda d: (
                f"{d['text_id']}: {d['speaker']} “{d['quoted']}”; {d['transcript']} has: {_cut(d['spoken'], 120)}"
            ),
        ),
        (
            "Proposed shared origins",
            "origins",
            lambda p: f"{p['id']} {p['artefact']}: {len(p['statements'])} statements. " + "; ".join(p["because"]),
        ),
        ("Circular credit", "circles", lambda c: " -> ".join([*c, c[0]])),
        ("Not read", "problems", lambda u: f"{u['path']}: {u['what']}"),
    )
    for title, key, line in parts:
        if found[key]:
            click.echo(f"\n{title}")
            for row in found[key]:
                click.echo(f"  {line(row)}")


def _cut(text: str, most: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"
