"""Does the whole review find what was so? Simulated incidents with known truth, reviewed end to end, written as Markdown.

make world
PYTHONPATH=src:tests python bench/incidents.py [--incidents 500] [--first 600] [--hard copies] [--workers 2] [--cluster ADDRESS] [--rows FILE] [--out docs/calibration.md]
"""

import argparse
import json
import os
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
from scipy.stats import kstest

from blindspot.case.store import write_text
from blindspot.cli.workers import executor
from incidents_pictures import held_chart, rank_chart, reliability_chart
from pages import put
from world.calibration import BINS, floor, reliability
from world.incidents import SEED, outcome
from world.scores import better, by_question, column, held, scores

# Printed by the review as the least and the greatest of its ranges, or as the span of 200 settings: meant to hold more than 90 %.
ENVELOPES = ("transit share", "hours on station", "share of time covered", "stops of the car")
SEEN = 1100  # incidents below this number were looked at while story and methods were built
WHOLE = ("present", "children present", "dead")  # whole numbers: an interval of them holds its share or more
WEIGHED = tuple(f"weigh, {q}" for q in ("q_driver", "q_load", "q_same", "q_yard", "q_harm"))
EVENTS = ("same car", "somebody there, yard", "somebody there, house", *WEIGHED)
HARDER = {
    "copies": "five more officials describe the one video of the loading, and five more outlets copy the first of them",
    "lens": "the team that read the videos expected an attack with a chance of 0.6-0.95, and the case says so",
    "gaps": "interruptions are three times as long and twice as many",
    "resolution": "pictures are three times as coarse",
    "hidden": "a third of the share outdoors, mostly together",
}
ABOUT = """# Calibration
A tool that prints probabilities about deaths must show its own record. Two campaigns on this page: incidents that are simulated
whole and reviewed end to end (`make world`), and evidence alone, weighed (`make calibration`). Both can show that sums and ranges
are right and what ignoring coverage or shared origins costs. Neither can show that real incidents follow the story or that the
numbers people type are good; only past incidents can, and they are few.

## Whole incidents, reviewed end to end
`blindspot new NAME --example` makes one such incident; [docs/methods/world.md](methods/world.md) tells its story. The truth is drawn first, without
code of any method; the case folder states ranges about the world's numbers; the stages of `blindspot review` run on it as on any case
(no page is drawn, no video rendered, no replay). Each number that the review prints is then held against the truth: a count against the count, a stated
chance against the chance found by telling that part of the story again and again at the world's own numbers (500 to 4,000 times, so the
truth itself stands to about a percentage point), a posterior against one computed from the story by sampling.

*Naive*: every report counted by itself; nobody seen is nobody there; the car is the same car. *Blind*: coverage ignored, every view taken as full.
"""


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--incidents", type=int, default=500)
    ask.add_argument("--first", type=int, default=SEEN, help="number of the first incident")
    ask.add_argument(
        "--hard", choices=HARDER, help="make every incident hard in this way; a short part of its own on the page"
    )
    ask.add_argument("--workers", type=int, default=os.cpu_count())
    ask.add_argument("--cluster", help="a Dask scheduler")
    ask.add_argument(
        "--rows", type=Path, help="keep the rows there; where the file exists, only write the page from it"
    )
    ask.add_argument("--out", type=Path)
    given = ask.parse_args()
    start = time.perf_counter()
    kept = bool(given.rows and given.rows.exists())
    if kept:
        rows = [json.loads(line) for line in given.rows.read_text(encoding="utf-8").splitlines()]
    else:
        with executor(0 if given.cluster else given.workers, given.cluster) as pool:
            run = map if pool is None else pool.map
            numbers = range(given.first, given.first + given.incidents)
            done = run(partial(outcome, hard=(given.hard,) if given.hard else ()), numbers)
            rows = list(_counted(done, len(numbers), start))
        if given.rows:
            write_text(given.rows, "".join(json.dumps(row) + "\n" for row in rows))
    found = by_question(rows)
    text = harder(found, given.hard) if given.hard else report(found, kept=kept)
    print(text)
    print(f"{time.perf_counter() - start:.0f} s")
    if given.out and given.hard:
        put(given.out, f"world, {given.hard}", text)
    elif given.out:
        put(given.out, "world", text)
        folder = given.out.parent
        write_text(folder / "calibration-held.svg", held_chart(_held_rows(found)))
        write_text(folder / "calibration-reliability.svg", reliability_chart(found, EVENTS))
        write_text(folder / "calibration-ranks.svg", rank_chart(found, ("present, yard", "present, house")))


def _counted(done, number, start):
    """Rows as they come, and how long the rest will take, on stderr."""
    for k, rows in enumerate(done, 1):
        if k % 10 == 0 or k == number:
            left = (time.perf_counter() - start) / k * (number - k)
            print(f"{k} of {number} incidents, {left / 60:.0f} min left", file=sys.stderr)
        yield from rows


def _kind(question):
    return "envelope" if question in ENVELOPES else "whole number" if question.startswith(WHOLE) else "chance"


def _held_rows(found):
    rows = []
    for question in sorted(found, key=lambda q: (_kind(q), q)):
        share, low, high, *_ = held(found[question])
        if np.isfinite(share):
            rows.append((question, share, low, high, _kind(question) == "chance"))
    return rows


def report(found, *, kept):
    numbers = {row["incident"] for rows in found.values() for row in rows}
    n, first = len(numbers), min(numbers)
    command = (
        "make world"
        if (n, first) == (500, SEEN)
        else f"PYTHONPATH=tests:bench python bench/incidents.py --first {first} --incidents {n} --out docs/calibration.md"
    )
    lines = [
        ABOUT,
        f"Command: `{command}` ({n} incidents, seeds from {SEED + first:,}; the same for any number of workers and on a Dask cluster).\n",
    ]
    if kept:
        lines.append("The rows were kept on disk as the incidents were done; this page was written from them.\n")
    if first < SEEN:
        lines.append(
            f"**Not an independent test:** incidents 0 to {SEEN - 1} were looked at while story and methods were built, and both were changed after.\n"
        )
    else:
        lines.append(
            f"Nobody had looked at these incidents before this run: story and methods were built and mended on numbers 0 to {SEEN - 1} (what was mended: [docs/methods/world.md](methods/world.md))."
            " What is read off this page and mended later has been looked at.\n"
        )
    lines += [
        "### Do stated ranges hold the truth?\n",
        "![Share of ranges that hold the truth, by question](calibration-held.svg)\n",
    ]
    lines += [
        "Asked: 85-95 % for a range stated as 5-95 %. The toll is stated as 2.5-97.5 %. Whole numbers hold their share or more; envelopes (the least and the",
        "greatest over all ranges, or over 200 settings) are wide on purpose and should hold nearly always.\n",
        "| number | kind | n | held | 95 % interval | truth below | above | mean width |", "|" + "---|" * 8,
    ]  # fmt: skip
    for question in sorted(found, key=lambda q: (_kind(q), q)):
        share, low, high, under, over = held(found[question])
        if np.isfinite(share):
            m = int(np.isfinite(column(found[question], "truth")).sum())
            width = (column(found[question], "high") - column(found[question], "low")).mean()
            lines.append(
                f"| {question} | {_kind(question)} | {m:,} | {share:.1%} | {low:.1%}-{high:.1%} | {under:.1%} | {over:.1%} | {width:.2f} |"
            )
    short = [
        f"{q}: {share:.1%}, the truth {'above' if over > under else 'below'} the range in {max(under, over):.1%}"
        for q in sorted(found)
        for share, _, _, under, over in [held(found[q])]
        if np.isfinite(share) and share < 0.85
    ]
    if short:
        lines += [
            "",
            f"**Below 85 %:** {'; '.join(short)}. What is known of the causes stands in [docs/methods/world.md](methods/world.md).",
        ]
    lines += ["", "![Ranks of true counts](calibration-ranks.svg)\n"]
    for question in ("present, yard", "present, house"):
        ranks = column(found[question], "rank")
        lines.append(
            f"{question}: mean rank {ranks.mean():.3f} (one half is right), {np.mean((ranks > 0.05) & (ranks < 0.95)):.1%} between 5 and 95 %, Kolmogorov-Smirnov p = {kstest(ranks, 'uniform').pvalue:.2g}.  "
        )
    lines += [
        "", "### Are stated probabilities right, and better than without?\n", "![Reliability diagrams](calibration-reliability.svg)\n",
        "Brier and log score (lower is better; nobody is scored as surer than 1 or 99 %), and what always stating the overall share would score. The gain in Brier over",
        "each has its 5-95 % paired bootstrap over incidents.\n", *_scored(found, EVENTS),
    ]  # fmt: skip
    lines += [
        "", f"Expected calibration error over {BINS} bins of equal width. `floor` is what a perfect forecaster would have at our stated probabilities (mean and 95 % point of",
        "400 draws); `chance` is the probability of as large a chi-squared over the bins if every probability we state is right.\n",
        "| question | ECE: ours | floor (mean, 95 %) | chance | naive | blind |", "|" + "---|" * 6,
    ]  # fmt: skip
    for question in EVENTS:
        so = column(found[question], "so")
        ours, naive, blind = (reliability(column(found[question], who), so) for who in ("median", "naive", "blind"))
        mean, most = floor(column(found[question], "median"))
        lines.append(
            f"| {question} | {ours.ece:.3f} | {mean:.3f}, {most:.3f} | {ours.chance:.2g} | {naive.ece:.3f} | {blind.ece:.3f} |"
        )
    lines.append("")
    for q in ("present, yard", "present, house"):
        ours, seen = (np.abs(column(found[q], name) - column(found[q], "truth")).mean() for name in ("median", "naive"))
        log = column(found[q], "log").mean()
        lines.append(
            f"{q}: median off by {ours:.1f} persons on average, counting those seen by {seen:.1f}; log score of the stated distribution {log:.2f}.  "
        )
    toll = found["dead on a list"]
    ours, naive = (np.abs(column(toll, name) - column(toll, "truth")).mean() for name in ("median", "naive"))
    lines.append(f"dead: median off by {ours:.2f} persons on average, adding up the rows of all lists by {naive:.2f}.")
    return "\n".join(lines) + "\n"


def _scored(found, questions):
    """Rows of a table: ours, naive, blind and constant."""
    lines = [
        "| question | was so | stated | Brier: ours | naive | blind | constant | log: ours | naive | blind | gain over naive | gain over blind |", "|" + "---|" * 12,
    ]  # fmt: skip
    for question in questions:
        rows, s = found[question], scores(found[question])
        gains = [better(rows, other) for other in ("naive", "blind")]
        b, log = ([f"{s[who][kind]:.4f}" for who in ("ours", "naive", "blind")] for kind in ("brier", "log"))
        told = [f"{g:+.4f} [{a:+.4f}, {z:+.4f}]" for g, a, z in gains]
        lines.append(
            f"| {question} | {column(rows, 'so').mean():.2f} | {column(rows, 'median').mean():.2f} | {' | '.join(b)} | {s['constant']['brier']:.4f} | {' | '.join(log)} | {' | '.join(told)} |"
        )
    return lines


def harder(found, way):
    """The short part of a campaign whose incidents are hard in one way: what was weighed, against naive counting and the blind."""
    numbers = {row["incident"] for rows in found.values() for row in rows}
    lines = [
        f"## Whole incidents, harder: {way}\n",
        f"{len(numbers)} incidents from number {min(numbers)} on in which {HARDER[way]}. Columns as above.\n",
        f"Command: `PYTHONPATH=tests:bench python bench/incidents.py --hard {way} --incidents {len(numbers)} --out docs/calibration.md`.\n",
        *_scored(found, WEIGHED), "",
    ]  # fmt: skip
    for question in WEIGHED:
        share, low, high, under, over = held(found[question])
        lines.append(
            f"{question}: ranges held {share:.1%} [{low:.1%}-{high:.1%}], the truth below in {under:.1%}, above in {over:.1%}.  "
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
