import itertools
import random
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.measure.statements.attribution import attribute
from blindspot.measure.statements.copies import clusters, compare, corpus, credit_lines, drifts, pairs, passages
from blindspot.measure.statements.copies.alignment import GAP, MISS, align, kernel
from blindspot.measure.statements.copies.candidates import candidates, fingerprints
from blindspot.measure.statements.copies.compare import containment
from blindspot.measure.statements.copies.stems import Vocabulary, stem
from blindspot.measure.statements.derives import derives, draw
from blindspot.measure.statements.garble import garble
from blindspot.measure.statements.measure import measure
from blindspot.measure.statements.model import Text

# Two paragraphs of our own, and the same after eng-spa-eng and eng-cat-eng by apertium: fixed here, so that no translator is needed.
ORIGINAL = """Eleven months after the strike the street has been paved over. The families say nobody from the coalition has come to see them.

The coalition said in a report released on Monday that its analysts had relied on "a single overhead pass". The report says the analysts misread a water tank as a rocket tube. It adds that the mistake was noticed within the hour and not passed on."""
OTHER = """The ceasefire is holding, more or less, monitors said on Friday. The chief monitor, Ane Solberg, reported 31 violations in a week.

President Orlan hailed the figures; Prime Minister Deck dismissed them as arithmetic. Speaking in Vienna, Solberg said drones had crossed the line eleven times. Both armies deny flying any."""
REWRITTEN = """Eleven months afterwards of the attack the street has been paved on. The families say that nobody of the coalition has come to see them.

The coalition said in a report published on Monday that his analysts had trusted in "an only overhead pass". The report says the analysts misread a tank of water like a tube of rocket. It adds that the error was noticed in the hour and not past on."""


def ints(x):
    return np.array(x, np.int32)


SEQUENCES = st.lists(st.integers(0, 5), min_size=1, max_size=9)


def plain_smith_waterman(a, b, w):
    h = np.zeros((len(a) + 1, len(b) + 1))
    for i, j in itertools.product(range(1, len(a) + 1), range(1, len(b) + 1)):
        h[i, j] = max(
            0, h[i - 1, j - 1] + (w[a[i - 1]] if a[i - 1] == b[j - 1] else -MISS), h[i - 1, j] - GAP, h[i, j - 1] - GAP
        )
    return h.max()


@given(SEQUENCES, SEQUENCES)
def test_the_alignment_is_smith_and_watermans(a, b):
    w = np.array([1, 2, 3, 4, 2, 1], np.float32)
    matched, score = kernel()(ints(a), ints(b), w, np.ones(len(a), bool), np.ones(len(b), bool), GAP, MISS)
    assert score == pytest.approx(plain_smith_waterman(a, b, w), abs=1e-4)
    assert all(a[i] == b[j] for i, j in matched)
    assert (np.diff(matched, axis=0) > 0).all()


@given(st.lists(SEQUENCES, min_size=2, max_size=8))
def test_candidates_are_those_that_share_fingerprints(texts):
    prints = [set(fingerprints(ints(t)).tolist()) for t in texts]
    found, shared = candidates([ints(t) for t in texts], least=5)
    got = {tuple(p): n for p, n in zip(found.tolist(), shared.tolist(), strict=True)}
    want = {}
    for i, j in itertools.combinations(range(len(texts)), 2):
        n = len(prints[i] & prints[j])
        if n >= min(5, max(len(prints[i]) // 3, 1), max(len(prints[j]) // 3, 1)) and n:
            want[i, j] = n
    assert got == want


def test_fifty_copies_of_one_text_hang_together_though_each_fingerprint_is_common():
    rng = random.Random(1)
    texts = [ints([rng.randrange(50_000) for _ in range(80)]) for _ in range(400)]
    texts += [texts[0].copy() for _ in range(49)]
    found, _ = candidates(texts, cap=12)
    reached, grown = {0}, True
    while grown:
        more = {x for p in found.tolist() for x in p if set(p) & reached}
        grown, reached = not more <= reached, reached | more
    assert reached == {0, *range(400, 449)}


def test_a_rewrite_is_found_with_its_passages_and_the_earlier_stands_first():
    texts = [
        Text("late", REWRITTEN, "en", published="2021-09-05"),
        Text("other", OTHER, "en"),
        Text("original", ORIGINAL, "en", published="2021-09-01"),
    ]
    (edge,) = [e for e in compare(texts) if e.kind in {"copy", "rewrite"}]
    assert (edge.a, edge.b, edge.kind, edge.order_known) == ("original", "late", "rewrite", True)
    assert edge.score > 0.5
    for s in edge.spans:
        assert 0 <= s.a[0] < s.a[1] <= len(ORIGINAL)
        assert 0 <= s.b[0] < s.b[1] <= len(REWRITTEN)
    assert not [e for e in compare(texts) if "other" in (e.a, e.b) and e.kind != "same-event-only"]


def test_half_a_text_is_found_where_it_stands():
    half = OTHER.split("\n\n", maxsplit=1)[0] + "\n\n" + REWRITTEN.split("\n\n")[1] + "\n\n" + OTHER.split("\n\n")[1]
    c = corpus([ORIGINAL, half])
    assert pairs(c) == [(0, 1)]
    found = passages(c, 0, 1)
    inside = half.index("The coalition"), half.index("President Orlan")
    for p in found:
        assert inside[0] <= c.stems[1].starts[p.b[0]]
        assert c.stems[1].ends[p.b[1] - 1] <= inside[1]
    assert found


def test_word_for_word_is_a_copy_and_results_do_not_depend_on_order():
    texts = [Text("a", ORIGINAL, "en"), Text("b", "NEW. " + ORIGINAL, "en"), Text("c", OTHER, "en")]
    (edge,) = [e for e in compare(texts) if e.kind == "copy"]
    assert edge.score > 0.95
    assert compare(texts) == compare(texts[::-1])
    assert measure(texts) == measure(texts[::-1])
    with ProcessPoolExecutor(2) as executor:
        assert measure(texts, executor=executor) == measure(texts)
    assert containment(ORIGINAL, "NEW. " + ORIGINAL) == 1.0


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_two_texts_can_be_compared(a, b):
    for e in compare([Text("a", a), Text("b", b)]):
        assert 0 <= e.score <= 1
    for v in (Vocabulary().stems(a),):
        assert (v.starts < v.ends).all()


def test_stems_forget_inflection_accents_and_thousands():
    assert stem("explosions") == stem("explosion") == "explos"
    assert stem("cafés") == stem("cafes")
    assert stem("1,500") == "1500"
    assert not len(align(ints([]), ints([1]), np.ones(2, np.float32)))


def test_one_statement_under_two_attributions_is_one_cluster():
    a = Text(
        "upi", 'Capt. Bill Urban said there was a "substantial amount of explosive material" in the vehicle.', "en"
    )
    b = Text("post", 'One U.S. official said a "substantial amount of explosive material" was in the vehicle.', "en")
    c = Text("other", "A baker said the bread was late.", "en")
    statements = [s for t in (a, b, c) for s in attribute(t)]
    assert clusters(statements) == [(0, 1)]
    m = measure([a, b, c])
    assert [(e.a, e.b, e.kind) for e in m.edges if e.kind == "same-statement"] == [("post", "upi", "same-statement")]
    assert any(p.artefact == "the same statement" for p in m.proposals)


def test_a_quotation_is_checked_against_the_transcript():
    spoken = Text(
        "briefing",
        "GENERAL MILLEY: At this point we think that the procedures were correctly followed and it was a righteous strike.",
        "en",
        kind="transcript",
    )
    drifted = Text("copy", "Gen. Mark Milley called the strike “fair,” and left.", "en")
    faithful = Text("wire", "Gen. Mark Milley called it a “righteous strike” on Wednesday.", "en")
    m = measure([spoken, drifted, faithful])
    (found,) = m.drifts
    assert m.statements[found.statement].text_id == "copy"
    assert found.missing == ("fair",)
    assert "righteous" in found.instead
    assert not drifts([s for s in m.statements if s.text_id == "copy"], [drifted])


def test_credits_and_a_circle_of_outlets():
    a = Text(
        "a.txt",
        "The commander is dead, the ministry told CNB. The raid was first reported by The Sentinel.",
        "en",
        source="Herald",
    )
    b = Text("b.txt", "The raid took place at dawn, as reported by Herald.", "en", source="The Sentinel")
    assert {c.agency for c in credit_lines(a.text)} == {"CNB", "The Sentinel"}
    graph, circles = derives([a, b], [])
    assert [sorted(c) for c in circles] == [["Herald", "The Sentinel"]]
    svg = draw(graph, circles)
    assert svg.startswith("<svg")
    assert "stroke-dasharray" in svg
    assert "<script" not in draw(derives([Text("<script>", "as reported by X", "en", source="<b>")], [])[0], [])


@pytest.mark.parametrize("text", [ORIGINAL, OTHER])
def test_ordinary_text_is_not_called_garbled(text):
    assert not garble(Text("t", text, "en")).flagged
    marred = text.replace(" the ", " . the ", 3).replace(", ", " ,  , ") + " It was so . , and -American said “fair “."
    assert garble(Text("t", marred, "en")).flagged
