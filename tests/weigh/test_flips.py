"""The search for flip sets against trying every set on every draw."""

from itertools import combinations

import numpy as np
import pytest

from blindspot.case import scales
from blindspot.case.rows import Standard
from blindspot.weigh import build
from blindspot.weigh.draws import drawn, dropping, subsets
from blindspot.weigh.fragility import flip_sets, weights
from blindspot.weigh.verdicts import share_above, word
from world.evidence import as_case, draw, tell

STANDARDS = [Standard.model_validate(s) for s in scales.standards()]


def brute(network, draws, known, question, standard):
    units = sorted({r.origin or r.id for r in network.reports})
    state = network.hypotheses[question].index(network.asserted[question])

    def verdict(ids):
        p = subsets(network, draws, (known * dropping(network, ids))[None, :])
        return word(share_above(p[f"question:{question}"][0, state], standard))

    now, found = verdict([]), []
    for size in (1, 2, 3):
        for ids in combinations(units, size):
            if not any(set(f) <= set(ids) for f in found) and verdict(ids) != now:
                found.append(ids)
    return sorted(found, key=lambda s: (len(s), s))


@pytest.mark.parametrize("seed", range(16))
def test_every_minimal_set_to_size_three_is_found(seed):
    rng = np.random.default_rng([77, seed])
    world = draw(rng)
    case = as_case(world, tell(world, rng)[1])
    network = build(case).network
    known, draws = np.ones(len(network.reports)), drawn(network, 64)
    standard = STANDARDS[seed % len(STANDARDS)]
    found = flip_sets(network, draws, known, weights(network, draws, known), standard)
    for question in network.questions:
        want = brute(network, draws, known, question, standard)
        got = [s for s in found[question].sets if len(s) <= 3]
        assert got == want, question
