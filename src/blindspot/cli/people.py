"""The verbs of the people room: people, undercount."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blindspot.cli.persons import in_full, in_short
from blindspot.cli.shared import as_of_option, json_option, print_json, progress
from blindspot.errors import UsageError

if TYPE_CHECKING:
    from datetime import date


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="CASE | --match LIST_A LIST_B")
@click.option("--match", is_flag=True, help="Link two lists (CSV or XLSX) instead of the lists of a case.")
@click.option(
    "--beside",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A folder of cases: are these dead also named in one of the days around?",
)
@click.option("--all", "every", is_flag=True, help="A line for every person, open pair, statement and grade.")
@as_of_option
@json_option
def people(
    paths: tuple[Path, ...], match: bool, beside: Path | None, every: bool, as_of: date | None, as_json: bool
) -> None:
    r"""Say who the dead are, how many, and how well it is supported.

    Only the dead are named; the injured, the missing and their relatives are counted and withheld.

    \b
    Example:
      blindspot people cases/kabul-2021-08-29 --as-of 2021-09-16
      blindspot people cases/kabul-2021-08-29 --all
      blindspot people cases/kabul-2021-08-29 --beside cases
      blindspot people --match ours.csv ministry.csv --json
    """
    if match:
        if len(paths) != 2:
            raise UsageError(
                f"--match links two lists, {len(paths)} given. Write: blindspot people --match LIST_A LIST_B"
            )
        _match(paths[0], paths[1], as_json)
        return
    if len(paths) != 1:
        raise UsageError(
            "people takes one case folder. Write: blindspot people CASE, or blindspot people --match LIST_A LIST_B"
        )
    if not paths[0].is_dir():
        what = "is a file" if paths[0].exists() else "there is no such folder"
        raise UsageError(
            f"{paths[0]}: {what}; people takes a case folder. To link two lists: blindspot people --match LIST_A LIST_B"
        )
    from blindspot import stages

    review = stages.Review(paths[0], as_of, progress=progress)
    if review.lacks(stages.stage("people")):
        raise UsageError(
            f"{paths[0]}: {stages.stage('people').lacks}. Put one file per recorder into {paths[0]}/lists."
        )
    found = review.result("people")
    review.store.save_memo()
    if beside is not None:
        from blindspot.case import open_case
        from blindspot.measure.people.nearby import nearby

        progress("comparing with the cases beside")
        others = [open_case(path.parent) for path in sorted(beside.glob("*/case.toml"))]
        found = found | {"checks": [*found["checks"], *nearby(review.case, others)]}
    progress.done()
    if as_json:
        print_json(found)
        return
    for line in in_full(found) if every else in_short(found):
        click.echo(line)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--seed", default=1, show_default=True, help="Seed of the chains; the numbers should hardly move.")
@json_option
def undercount(file: Path, seed: int, as_json: bool) -> None:
    r"""Estimate how many are on no list: multiple systems estimation.

    FILE has one 0/1 column per list and the column count.

    \b
    Example:
      blindspot undercount lists.csv
    """
    from concurrent.futures import ThreadPoolExecutor

    from blindspot.measure.people import read_table
    from blindspot.measure.people import undercount as estimate
    from blindspot.measure.people.estimate import NOT_COVERED
    from blindspot.measure.people.overview import estimate_rows

    progress("estimating")
    with ThreadPoolExecutor(2) as executor:
        found = estimate_rows(estimate(read_table(file), seed, executor)) | {"not_covered": list(NOT_COVERED)}
    progress.done()
    if as_json:
        print_json(found)
        return
    bound = found["lower_bound"]
    low, high = bound["interval"]
    click.echo(
        f"{found['observed']} on at least one list; Chao's lower bound {bound['low']} [{low}-{high}], if lists do not avoid each other's people"
    )
    for m in found["models"]:
        flag = "" if m["converged"] else "  NOT CONVERGED, do not quote"
        number = "no estimate" if m["median"] is None else f"{m['median']}  [{m['low']}-{m['high']}]"
        click.echo(f"{m['name']:<30} {number}  {m['says']}{flag}")
    for warning in found["warnings"]:
        click.echo(f"! {warning}")
    click.echo("Not covered by any interval: " + "; ".join(found["not_covered"]) + ".")


def _match(first: Path, second: Path, as_json: bool) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from blindspot.measure.people import link, links, read_list

    progress("reading")
    a, b = read_list(first), read_list(second)
    progress("linking")
    with ThreadPoolExecutor(2) as executor:
        linked = link(a.people, b.people, executor, progress)
    found: dict[str, Any] = links(linked, a.people, b.people)
    found["problems"] = [str(p) for listing in (a, b) for p in listing.problems]
    found["repeated_rows"] = [a.repeated, b.repeated]
    progress.done()
    if as_json:
        print_json(found)
        return
    sure = [x for x in found["links"] if x["p"] >= 0.95]
    click.echo(
        f"{len(a.people.ids)} and {len(b.people.ids)} rows: {len(sure)} links at p >= 0.95, {len(found['links']) - len(sure)} less sure, {len(found['unresolved'])} rivals of them"
    )
    for x in found["links"][:20]:
        click.echo(f"  {x['p']:.3f}  {x['a']}  {x['b']}")
    if len(found["links"]) > 20:
        click.echo(f"  ... and {len(found['links']) - 20} more; --json prints all")
    for problem in found["problems"][:10]:
        click.echo(f"! {problem}", err=True)
