"""The verbs of a review: new, check, review, weigh, replay, stages, why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blindspot import rooms, stages
from blindspot.cli.shared import as_of_option, case_argument, json_option, print_json, progress

if TYPE_CHECKING:
    from datetime import date


@click.command()
@click.argument("name", type=click.Path(path_type=Path))
@click.option("--example", is_flag=True, help="A whole simulated incident with known truth (in NAME/truth.json).")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Which incident.")
@click.option(
    "--hard",
    multiple=True,
    metavar="WAY",
    help="Make it hard in one way: gaps, resolution, copies, hidden, lens. May be given more than once.",
)
@click.option("--no-footage", is_flag=True, help="Without the rendered video: faster.")
def new(name: Path, example: bool, seed: int, hard: tuple[str, ...], no_footage: bool) -> None:
    r"""Make a case folder to fill in, or a simulated incident to try everything on.

    \b
    Example:
      blindspot new my-case && blindspot check my-case
      blindspot new tryout --example && blindspot review tryout
    """
    if not example:
        if hard or no_footage:
            raise click.UsageError("--hard and --no-footage belong to --example")
        from blindspot.case.template import new_case

        root = new_case(name)
        click.echo(f"Made {root}. Fill in its files, then: blindspot check {root}")
        return
    from blindspot.example import Options, new_example

    new_example(name, Options(seed, hard, footage=not no_footage), progress=progress)
    click.echo(f"Made {name}: an invented incident (seed {seed}); what was so stands in {name / 'truth.json'}.")
    click.echo(f"Now: blindspot review {name}")


@click.command()
@case_argument
@json_option
def check(case: Path, as_json: bool) -> None:
    r"""Name every error in a case folder, at file:row:column.

    \b
    Example:
      blindspot check cases/kabul-2021-08-29
    """
    from blindspot.case import open_case
    from blindspot.errors import CaseError

    try:
        found = open_case(case)
        if (case / "release.toml").exists():
            from blindspot.publish.release.policy import read_policy

            read_policy(case)
    except CaseError as error:
        if not as_json:
            raise
        rows = [
            {
                "file": p.where.file,
                "row": p.where.row,
                "column": p.where.column,
                "what": p.what,
                "got": p.got,
                "right": p.right,
            }
            for p in error.problems
        ]
        print_json({"ok": False, "problems": rows})
        raise SystemExit(2) from error
    counts = {
        name: len(getattr(found, name))
        for name in ("questions", "sources", "facts", "origins", "claims", "places", "stops", "lists")
    }
    progress.done()
    if as_json:
        print_json({"ok": True, "problems": [], "counts": counts})
    else:
        click.echo(f"{case}: no problems ({', '.join(f'{n} {name}' for name, n in counts.items())})")


@click.command()
@case_argument
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Where to write (default: CASE/out).")
@as_of_option
@click.option("--fresh", is_flag=True, help="Make everything again, whatever is stored.")
@json_option
def review(case: Path, out: Path | None, as_of: date | None, fresh: bool, as_json: bool) -> None:
    r"""Review a case: report.html, findings.json, case.gpkg, tables.

    \b
    Example:
      blindspot review cases/kabul-2021-08-29 --as-of 2021-09-04 -o /tmp/as-of-4-september
    """
    done = stages.review(case, out, as_of, fresh=fresh, progress=progress)
    progress.done()
    if as_json:
        click.echo((done.out / "findings.json").read_text(encoding="utf-8"), nl=False)
        return
    for line in done.summary:
        click.echo(line)
    if not done.made:
        click.echo("Nothing has changed since the last review.")
    click.echo(str(done.out / "report.html"))


@click.command()
@case_argument
@as_of_option
@click.option("--all", "whole", is_flag=True, help="Every hypothesis and every standard, one to a line.")
@json_option
def weigh(case: Path, as_of: date | None, whole: bool, as_json: bool) -> None:
    r"""Weigh a case: posteriors with ranges, verdicts, what carries them.

    Two lines for each question: the account under test, the likeliest other one, the verdict, and what would change it.

    \b
    Example:
      blindspot weigh cases/kabul-2021-08-29 --as-of 2021-09-04
    """
    found = stages.Review(case, as_of, progress=progress).result("weigh")
    progress.done()
    if as_json:
        print_json(found)
        return
    for question in found["questions"]:
        (_print_question if whole else _print_answer)(question)
    if not whole:
        click.echo(f"Ranges: 5-95 % of the draws. Every hypothesis and standard: blindspot weigh {case} --all")


@click.command()
@case_argument
@as_of_option
@click.option("--all", "whole", is_flag=True, help="Every date, not only those on which something turned.")
@json_option
def replay(case: Path, as_of: date | None, whole: bool, as_json: bool) -> None:
    r"""Show what could be said on each date, origin-aware beside naive counting.

    Without --all: the first and the last date, those on which a verdict turned, and those of findings.

    \b
    Example:
      blindspot replay cases/kabul-2021-08-29
    """
    run = stages.Review(case, as_of, progress=progress)
    found = run.result("replay")
    progress.done()
    if as_json:
        print_json(found)
        return
    from blindspot.case.scales import between, percent

    opened = run.case
    for question in opened.questions:
        asserted = opened.asserted(question)
        click.echo(f"\n{question}: {opened.questions[question].text}  (account under test: {asserted})")
        click.echo(f"{'date':<11}{'5-95 %':<15}{'naive':<11}{'verdicts':<58}moved most by")
        steps = [step for step in found["steps"] if step["question"] == question]
        for step in steps if whole else _turning(steps):
            a = next(h for h in step["hypotheses"] if h["id"] == asserted)
            said = {_verdict(v) for v in step["verdicts"]}
            verdicts = ", ".join(f"{v['standard']}: {_verdict(v)}" for v in step["verdicts"])
            verdicts = f"every standard: {said.pop()}" if len(said) == 1 else verdicts
            moved = f"{step['moved_by']} {step['moved_ban']:+.2f} ban" if step["moved_by"] else "-"
            band, counted = between(a["low"], a["high"]), percent(step["naive"][asserted])
            click.echo(f"{step['date']:<11}{band:<15}{counted:<11}{verdicts:<58}  {moved}")
            for finding in step["findings"]:
                click.echo(f"{'':<11}finding by {finding}")
    if not whole:
        click.echo(f"\nEvery date: blindspot replay {case} --all")
    for row in found["undated"]:
        click.echo(
            f"{row['where']}: {row['id']} has no date, so it stands on none of these; write public_at or said_at"
        )


@click.command("stages")
@json_option
def list_stages(as_json: bool) -> None:
    r"""List the stages of a review.

    \b
    Example:
      blindspot stages
    """
    rows = [
        {"name": s.name, "says": s.says, "reads": list(s.reads), "after": list(s.after), "method": s.method}
        for s in stages.STAGES
    ]
    progress.done()
    if as_json:
        print_json({"stages": rows})
        return
    for row in rows:
        click.echo(
            f"{row['name']:<8} {row['says']}  (method {row['method']}; after: {', '.join(row['after']) or 'nothing'})"
        )


@click.command()
@case_argument
@click.argument("stage")
@click.argument("ids", nargs=-1)
@json_option
def why(case: Path, stage: str, ids: tuple[str, ...], as_json: bool) -> None:
    r"""Say where a result comes from, down to file:row.

    IDS narrows it to claims, origins, facts, sources or questions.

    \b
    Example:
      blindspot why cases/kabul-2021-08-29 weigh K018
    """
    from blindspot.publish.why import explain

    entry, run = stages.stage(stage), stages.Review(case)
    made = run.made_from(entry)
    computed = rooms.offers({s.name: run.result(s.name) for s in run.before(entry) if s.run is not None})
    found = explain(run.case, entry.name, entry.says, made.method, dict(made.files), ids, computed)
    progress.done()
    if as_json:
        print_json(found)
        return
    click.echo(f"{found['stage']}: {found['says']} Method {found['method']}.")
    for name, digest in found["files"].items():
        click.echo(f"  made from {name}  sha256 {digest[:16]}…")
    for row in found["rows"]:
        click.echo(f"  {row['where']}: {row['what']}" + (f"  [{row['basis']}]" if row["basis"] else ""))


def _turning(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first and the last step, those on which a verdict turned, and those of findings."""
    said = [[v["verdict"] for v in step["verdicts"]] for step in steps]
    return [
        step for k, step in enumerate(steps) if k in {0, len(steps) - 1} or said[k] != said[k - 1] or step["findings"]
    ]


def _verdict(v: dict[str, Any]) -> str:
    return f"unsettled ({v['share']:.0%})" if v["verdict"] == "unsettled" else str(v["verdict"])


def _print_answer(q: dict[str, Any]) -> None:
    from blindspot.case.scales import between, percent

    asserted = next(h for h in q["hypotheses"] if h["id"] == q["asserted"])
    best = max((h for h in q["hypotheses"] if h is not asserted), key=lambda h: float(h["median"]))
    counted = percent(q["naive"][asserted["id"]])
    click.echo(f"{q['id']}: {q['text']}")
    said = {v["standard"]: _verdict(v) for v in q["verdicts"] if v["hypothesis"] == q["asserted"]}
    verdicts = ", ".join(f"{standard}: {word}" for standard, word in said.items())
    if len(set(said.values())) == 1:
        verdicts = f"{'every standard' if len(said) > 1 else next(iter(said))}: {next(iter(said.values()))}"
    flips = f"; flips without {' + '.join(q['flips'][0])}" if q["flips"] else ""
    click.echo(
        f"  {asserted['id']} {between(asserted['low'], asserted['high'])} (naive {counted}), "
        f"{best['id']} {between(best['low'], best['high'])}; {verdicts}{flips}"
    )


def _print_question(q: dict[str, Any]) -> None:
    from blindspot.case.scales import between, describe, percent

    click.echo(f"\n{q['id']}: {q['text']}")
    for h in q["hypotheses"]:
        mark = "*" if h["id"] == q["asserted"] else " "
        click.echo(
            f" {mark} {h['id']:<20} {describe(h['median']):<31} {between(h['low'], h['high']):<13} "
            f"widest {between(*h['envelope']):<13} naive {percent(q['naive'][h['id']])}"
        )
    for v in q["verdicts"]:
        if v["hypothesis"] == q["asserted"]:
            click.echo(f"   {v['standard']}: {_verdict(v)}")
    if q["flips"]:
        click.echo(f"   flips if taken away: {'; '.join(' + '.join(ids) for ids in q['flips'][:3])}")
