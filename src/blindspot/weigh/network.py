"""A case -> a discrete network: Question -> Fact -> Origin -> Report, with source modes, lenses and copies.

    P(F=yes | Q=h)                   = e_fh                                            (expect.csv)
    P(O=shows | F=yes), P(.. | F=no) = opportunity x hit,  false_alarm                 (origins.csv)
                                       but not below the false alarm for want of opportunity (decision 16)
    primed lens L of a team            false_alarm -> min(.95, k false_alarm), or hit -> hit / k
    P(R=yes | O, faithful)           = 1 - slip if O shows, slip if not
    P(R | interested), P(R | noise)    do not depend on O
    copy R2 of R1                      c [R2 = R1] + (1 - c) P(R2 | O, M2)
    silence                            P(silent | O shows, faithful) = 1 - would_report, else 1

Since the unfaithful modes of a source do not depend on what its origins showed, they are summed into one state with
weight K = sum over modes of P(mode) x prod over its reports of P(report | mode); this is exact. Reference: Fenton, Neil
& Lagnado 2013 (idioms); Lagnado, Fenton & Neil 2012 (source modes).
"""

from __future__ import annotations

import os
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from blindspot.weigh.engine import Program, plan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from blindspot.weigh.parameters import Parameter

PRIMED_CEILING = 0.95


@dataclass(frozen=True, slots=True)
class Report:
    """A weighed claim: what it says of the variable it speaks of, and the names of its numbers."""

    id: str
    source: str
    about: str  # variable: an origin, a fact (small cases), or a mixture where the origin is unknown
    fact: str
    question: str
    origin: str | None
    team: str | None
    says: str
    slip: str
    would_report: str | None = None
    copy_of: str | None = None
    copied: str | None = None
    agrees: bool = True  # with the claim it copies
    follows_interest: bool | None = None  # what it says is what its source's interest favours; None: no interest here


@dataclass(frozen=True, slots=True)
class Table:
    """One factor: its variables and how its array is made from drawn numbers and the mask of kept reports."""

    scope: tuple[str, ...]
    make: Callable[[Mapping[str, NDArray[np.float64]], Mapping[str, NDArray[np.float64]]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Network:
    """The network of a case, ready to be summed for any draws of its numbers and any subset of its reports."""

    parameters: tuple[Parameter, ...]
    reports: tuple[Report, ...]
    sizes: dict[str, int]
    tables: tuple[Table, ...]
    questions: tuple[str, ...]
    hypotheses: dict[str, tuple[str, ...]]
    asserted: dict[str, str]
    leaves: tuple[str, ...]  # what could still be observed: origins and facts without a report
    program: Program

    @property
    def watched(self) -> tuple[str, ...]:
        """The variables whose posteriors are given: questions, then leaves."""
        return (*(f"question:{q}" for q in self.questions), *self.leaves)

    def posterior(
        self,
        numbers: Mapping[str, NDArray[np.float64]],
        rows: int,
        keep: NDArray[np.float64] | None = None,
        shown: Mapping[str, NDArray[np.float64]] | None = None,
    ) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.float64]]:
        """P(variable | kept reports) for each question and leaf, each (states, rows), and log P(kept reports) per row.

        `numbers`: drawn values by parameter name, (rows,) or a single number. `keep`: (reports,) or (reports, rows) of
        0/1. `shown`: likelihood (states,) or (states, rows) of a question or leaf, for what-if questions.
        """
        mask = np.ones(len(self.reports)) if keep is None else keep
        shown = shown or {}

        def cut(value: NDArray[np.float64], start: int, stop: int, dims: int = 0) -> NDArray[np.float64]:
            return value[..., start:stop] if value.ndim > dims else value

        def tables(start: int, stop: int) -> list[NDArray[np.float64]]:
            drawn = {name: cut(value, start, stop) for name, value in numbers.items()}
            kept = {r.id: cut(np.asarray(mask[i]), start, stop) for i, r in enumerate(self.reports)}
            made = [table.make(drawn, kept) for table in self.tables]
            return [
                *made,
                *(
                    cut(np.asarray(shown[v]), start, stop, 1) if v in shown else np.ones(self.sizes[v])
                    for v in self.watched
                ),
            ]

        found, log_z = self.program.run(tables, rows, _threads())
        with np.errstate(invalid="ignore"):
            return {name: z / z.sum(axis=0) for name, z in found.items()}, log_z


def assemble(
    parameters: Sequence[Parameter],
    reports: Sequence[Report],
    tables: Sequence[Table],
    sizes: Mapping[str, int],
    hypotheses: Mapping[str, tuple[str, ...]],
    asserted: Mapping[str, str],
) -> Network:
    """The network of these tables, with a contraction order for it."""
    questions = tuple(hypotheses)
    spoken = {r.about for r in reports} | {r.fact for r in reports} | {r.origin for r in reports}
    leaves = tuple(
        sorted(
            v
            for v in sizes
            if v.startswith(("fact:", "origin:")) and v.partition(":")[2] not in spoken and v not in spoken
        )
    )
    watched = [*(f"question:{q}" for q in questions), *leaves]
    program = plan([t.scope for t in tables] + [(v,) for v in watched], sizes, watched)
    return Network(
        tuple(parameters),
        tuple(reports),
        dict(sizes),
        tuple(tables),
        questions,
        dict(hypotheses),
        dict(asserted),
        leaves,
        program,
    )


@cache
def _threads() -> Executor:
    return ThreadPoolExecutor(min(4, os.cpu_count() or 1), thread_name_prefix="weigh")


if hasattr(os, "register_at_fork"):  # a forked worker has none of its parent's threads
    os.register_at_fork(after_in_child=_threads.cache_clear)


# The tables. Arrays carry rows last; anything that is the same for all rows has no such axis.


def stack(cells: Sequence[NDArray[np.float64]], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Cells in C order -> an array of `shape`, rows last where any cell has rows."""
    rows = next((cell.shape for cell in cells if cell.ndim), ())
    out = np.empty((len(cells), *rows))
    for i, cell in enumerate(cells):
        out[i] = cell
    return out.reshape(*shape, *rows)


def prior_table(question: str, parent: str | None, cells: Sequence[Sequence[str | None]], states: int) -> Table:
    """P(Q | parent): `cells[parent state][state]` names a parameter, or None for an equal share of what is left."""

    def make(numbers: Mapping[str, NDArray[np.float64]], _: object) -> NDArray[np.float64]:
        flat: list[NDArray[np.float64]] = []
        for row in cells:
            given = sum((numbers[c] for c in row if c is not None), start=np.zeros(()))
            blanks = sum(c is None for c in row)
            rest = np.maximum(1 - given, 1e-3) / max(1, blanks)
            whole = given + rest * blanks
            flat += [(rest if c is None else numbers[c]) / whole for c in row]
        return stack(flat, (len(cells), states) if parent else (states,))

    return Table((f"question:{parent}", f"question:{question}") if parent else (f"question:{question}",), make)


def fact_table(question: str, fact: str, names: Sequence[str]) -> Table:
    """P(F | Q): one parameter name per hypothesis."""

    def make(numbers: Mapping[str, NDArray[np.float64]], _: object) -> NDArray[np.float64]:
        return stack([x for name in names for x in (1 - numbers[name], numbers[name])], (len(names), 2))

    return Table((f"question:{question}", f"fact:{fact}"), make)


def ratio_table(question: str, fact: str, favoured: int, states: int, strength: str) -> Table:
    """P(F | Q) of a small case: odds of yes under the favoured hypothesis against any other = the likelihood ratio L."""

    def make(numbers: Mapping[str, NDArray[np.float64]], _: object) -> NDArray[np.float64]:
        ratio = numbers[strength]
        high, low = ratio / (1 + ratio), 1 / (1 + ratio)
        return stack([x for i in range(states) for x in ((low, high) if i == favoured else (high, low))], (states, 2))

    return Table((f"question:{question}", f"fact:{fact}"), make)


def origin_table(fact: str, origin: str, team: str | None, lens: str, *, opportunity: bool) -> Table:
    """P(O | F), or P(O | F, L) where a team reads it."""

    def make(numbers: Mapping[str, NDArray[np.float64]], _: object) -> NDArray[np.float64]:
        hit, false = numbers[f"hit:{origin}"], numbers[f"false_alarm:{origin}"]
        told = numbers[f"opportunity:{origin}"] if opportunity else 1.0

        def chance(hit: NDArray[np.float64], false: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.maximum(told * hit, np.minimum(false, hit))

        shows = chance(hit, false)
        if team is None:
            return stack([1 - false, false, 1 - shows, shows], (2, 2))
        k = numbers[f"lens:{team}"]
        raises = lens == "raises_false_alarms"
        primed_false = np.maximum(false, np.minimum(PRIMED_CEILING, k * false)) if raises else false
        primed_shows = chance(hit / k if lens == "lowers_hits" else hit, primed_false)
        return stack(
            [1 - false, false, 1 - primed_false, primed_false, 1 - shows, shows, 1 - primed_shows, primed_shows],
            (2, 2, 2),
        )

    return Table((f"fact:{fact}", *((f"lens:{team}",) if team else ()), f"origin:{origin}"), make)


def binary_table(variable: str, parameter: str) -> Table:
    """P(variable = yes) = the parameter."""
    return Table((variable,), lambda numbers, _: stack([1 - numbers[parameter], numbers[parameter]], (2,)))


def mixture_tables(claim: str, fact: str, known: Sequence[str]) -> list[Table]:
    """An unknown origin: one of the known origins of the fact, or a fresh one; a selector and what it showed."""
    selector, shown = f"which:{claim}", f"unknown:{claim}"
    count = len(known) + 1

    def weights(numbers: Mapping[str, NDArray[np.float64]], _: object) -> NDArray[np.float64]:
        fresh = numbers["fresh"] if known else np.ones(())
        return stack([*((1 - fresh) / len(known) for _ in known), fresh], (count,))

    def same(index: int) -> NDArray[np.float64]:
        table = np.ones((count, 2, 2))
        table[index] = np.eye(2)
        return table

    def fresh_one(numbers: Mapping[str, NDArray[np.float64]], _: object) -> NDArray[np.float64]:
        hit, false = numbers["fresh_hit"], numbers["fresh_false_alarm"]
        one = np.ones(())
        return stack([*[one] * (4 * len(known)), 1 - false, false, 1 - hit, hit], (count, 2, 2))

    return [
        Table((selector,), weights),
        *(Table((selector, f"origin:{o}", shown), _constant(same(i))) for i, o in enumerate(known)),
        Table((selector, f"fact:{fact}", shown), fresh_one),
    ]


def _constant(
    table: NDArray[np.float64],
) -> Callable[[Mapping[str, NDArray[np.float64]], Mapping[str, NDArray[np.float64]]], NDArray[np.float64]]:
    return lambda _numbers, _kept: table


def source_tables(source: str, reports: Sequence[Report], *, interest: bool) -> list[Table]:
    """The reports of one source and its mode; the mode is summed at once where all speak of one variable."""

    def faithful(
        report: Report, numbers: Mapping[str, NDArray[np.float64]], kept: Mapping[str, NDArray[np.float64]]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        slip = numbers[report.slip]
        if report.says == "silent":
            silent = numbers[report.would_report or ""]
            no, yes = np.ones(()), 1 - silent
        else:
            no, yes = (slip, 1 - slip) if report.says == "yes" else (1 - slip, slip)
        c, k, same = _share(report, numbers, kept), kept[report.id], float(report.agrees)
        return 1 + k * (c * same + (1 - c) * no - 1), 1 + k * (c * same + (1 - c) * yes - 1)

    def unfaithful(
        report: Report,
        chance: NDArray[np.float64],
        numbers: Mapping[str, NDArray[np.float64]],
        kept: Mapping[str, NDArray[np.float64]],
    ) -> NDArray[np.float64]:
        c = _share(report, numbers, kept)
        return 1 + kept[report.id] * (
            c * float(report.agrees) + (1 - c) * (1.0 if report.says == "silent" else chance) - 1
        )

    def modes(
        numbers: Mapping[str, NDArray[np.float64]], kept: Mapping[str, NDArray[np.float64]]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        trust = numbers[f"reliability:{source}"]
        noise = numbers["noise"]
        random = (1 - trust) * (1 - numbers["slant"]) if interest else 1 - trust
        for report in reports:
            random = random * unfaithful(report, noise if report.says == "yes" else 1 - noise, numbers, kept)
        if not interest:
            return trust, random
        slanted = (1 - trust) * numbers["slant"]
        for report in reports:
            follows = numbers["follows"]
            if report.follows_interest is None:
                chance = noise if report.says == "yes" else 1 - noise
            else:
                chance = follows if report.follows_interest else 1 - follows
            slanted = slanted * unfaithful(report, chance, numbers, kept)
        return trust, random + slanted

    about = {report.about for report in reports}
    if len(about) == 1:

        def one(
            numbers: Mapping[str, NDArray[np.float64]], kept: Mapping[str, NDArray[np.float64]]
        ) -> NDArray[np.float64]:
            no, rest = modes(numbers, kept)
            yes = no
            for report in reports:
                g_no, g_yes = faithful(report, numbers, kept)
                no, yes = no * g_no, yes * g_yes
            return stack([no + rest, yes + rest], (2,))

        return [Table((about.pop(),), one)]

    mode = f"mode:{source}"
    tables = [Table((mode,), lambda numbers, kept: stack(modes(numbers, kept), (2,)))]
    for report in reports:

        def each(
            numbers: Mapping[str, NDArray[np.float64]], kept: Mapping[str, NDArray[np.float64]], report: Report = report
        ) -> NDArray[np.float64]:
            no, yes = faithful(report, numbers, kept)
            one = np.ones(())
            return stack([no, one, yes, one], (2, 2))

        tables.append(Table((report.about, mode), each))
    return tables


def _share(
    report: Report, numbers: Mapping[str, NDArray[np.float64]], kept: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """How much of a report is a copy of one that is itself kept."""
    if report.copy_of is None or report.copied is None:
        return np.zeros(())
    return numbers[report.copied] * kept[report.copy_of]
