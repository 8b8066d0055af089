import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.measure.statements import measure, read_text
from blindspot.measure.statements.attribution import attribute
from blindspot.measure.statements.model import Text
from measure.statements.gold import articles, match


def one(text):
    found = attribute(Text("t", text, "en"))
    assert len(found) == 1, [(s.speaker.text, s.verb, s.says) for s in found]
    return found[0]


def scores(half):
    right = found_n = gold_n = quoted = quoted_right = 0
    for name, text, golds in articles(half):
        found = attribute(Text(name, text, "en"))
        linked = match(text, golds, found)
        hit = {i for i, _ in linked}
        right, found_n, gold_n = right + len(linked), found_n + len(found), gold_n + len(golds)
        for i, g in enumerate(golds):
            if any(c in text[a:b] for a, b in g.content for c in '"“‘'):
                quoted, quoted_right = quoted + 1, quoted_right + (i in hit)
    return gold_n, right / found_n, right / gold_n, quoted_right / quoted


@pytest.mark.parametrize("half", ["dev", "held"])
def test_the_annotated_texts_reach_the_targets(half):
    n, precision, recall, quoted = scores(half)
    assert n >= 130
    assert precision >= 0.90
    assert recall >= 0.65
    assert quoted >= 0.90


@pytest.mark.parametrize(
    ("text", "who", "says", "anonymity", "count", "basis"),
    [
        (
            "Two officials who had seen the footage said the car exploded twice.",
            "Two officials",
            "the car exploded twice",
            "title",
            2,
            "saw_video",
        ),
        (
            "The car exploded twice, according to a third official briefed on the strike.",
            "a third official",
            "The car exploded twice",
            "title",
            1,
            "briefed",
        ),
        (
            "“I saw it burn,” said Hana Merrow, who lives two doors away.",
            "Hana Merrow",
            "“I saw it burn,”",
            "named",
            1,
            "was_there",
        ),
        (
            "The Pentagon has defended the strike, but said it is now investigating.",
            "The Pentagon",
            "it is now investigating",
            "organisation",
            None,
            "unstated",
        ),
        (
            "Relatives of the dead deny that any of them had links to the group.",
            "Relatives of the dead",
            "any of them had links to the group",
            "relation",
            None,
            "unstated",
        ),
        (
            "A memo seen by this newspaper says the crew queried the coordinates.",
            "A memo",
            "the crew queried the coordinates",
            "organisation",
            None,
            "record",
        ),
        (
            "In its view, the delay could have been avoided.",
            "its",
            "the delay could have been avoided",
            None,
            None,
            None,
        ),
    ],
)
def test_single_sentences(text, who, says, anonymity, count, basis):
    s = one(text)
    assert s.speaker.text.startswith(who)
    assert s.says == says
    assert anonymity in {None, s.speaker.anonymity}
    assert basis in {None, s.basis}
    if anonymity:
        assert s.speaker.count == count


@pytest.mark.parametrize(
    "text",
    [
        "The United States may continue to fly drones.",
        "Reports of the strike were unconfirmed.",
        "He wants to say more.",
        "The child was told nothing.",
        "The state of the road was bad.",
    ],
)
def test_no_statement_where_nobody_speaks(text):
    assert not attribute(Text("t", text, "en"))


def test_the_reason_for_anonymity_and_the_one_spoken_of_before():
    text = "An official, who spoke on condition of anonymity because the inquiry is open, said the tape exists. “It is clear,” the official added."
    a, b = attribute(Text("t", text, "en"))
    assert a.speaker.reason == "because the inquiry is open"
    assert b.speaker.name.startswith("An official")
    assert (b.speaker.anonymity, b.speaker.count, b.quoted) == ("title", 1, True)


def test_the_labels_of_broadcast_transcripts():
    text = "WOLF HALE, CNB ANCHOR: We have a new poll.\n\n[17:00:07] HALE: Let us begin.\n\nJO ZEL, CNB CORRESPONDENT (voice-over): They refused."
    found = attribute(Text("t", text, "en", kind="transcript"))
    assert [(s.speaker.name, s.says) for s in found] == [
        ("Wolf Hale", "We have a new poll."), ("Wolf Hale", "Let us begin."), ("Jo Zel", "They refused."),
    ]  # fmt: skip


def test_a_language_without_rules_gives_nothing_rather_than_nonsense():
    assert not attribute(Text("t", "Deux responsables ont dit que la voiture a explosé.", "fr"))


@given(
    st.lists(
        st.sampled_from(
            [
                "said ",
                "he ",
                '"',
                "“a b” ",
                ", ",
                ". ",
                "the official ",
                "that ",
                "according to ",
                "\n\n",
                "Milley ",
                ": ",
                "who ",
            ]
        ),
        max_size=40,
    ).map("".join)
)
def test_any_text_is_answered_with_spans_inside_it(text):
    for s in attribute(Text("t", text, "en")):
        assert 0 <= s.start < s.end <= len(text)
        for a, b in (*s.content, *s.quotes, s.cue):
            assert 0 <= a < b <= len(text)
        if s.source:
            assert text[slice(*s.source)] == s.speaker.text


def test_the_seed_article(shared):
    """What the issue asks of the Kabul article."""
    m = measure([read_text(shared / "seed" / "article.txt")])

    def find(*words):
        return next(s for s in m.statements if all(w in f"{s.speaker.text} | {s.says}" for w in words))

    two = find("two U.S. officials", "relied in part on aerial surveillance footage")
    assert (two.speaker.anonymity, two.speaker.count, two.speaker.agency, two.basis) == (
        "title",
        2,
        "U.S.",
        "saw_video",
    )
    third = find("a third official", "stop at several suspicious")
    assert (third.speaker.count, third.basis) == (1, "unstated")
    images = find("two officials who had seen surveillance images", "secondary explosions")
    assert (images.speaker.count, images.basis, images.basis_words) == (2, "saw_video", "seen surveillance images")
    opinion = find("former intelligence officials", "civilian deaths")
    assert opinion.speaker.former
    assert opinion.basis == "infers"
    milley = find("Mark Milley", "fair")
    assert (milley.speaker.anonymity, milley.quoted) == ("named", True)
    assert [g.text_id for g in m.garbled if g.flagged] == ["article.txt"]
    footage = next(p for p in m.proposals if p.artefact == "footage")
    members = {m.statements[k] for k in footage.members}
    assert {two, images} <= members
    assert third not in members
    assert opinion not in members
