"""Which words attribute? Verbs of saying, writing, believing, denying and showing, and the nouns that speak.

Each set is judgement, built from the dev half of the annotated texts and from general English; none is tuned to a corpus.
"""

from __future__ import annotations

import re
from typing import Literal

from blindspot.measure.statements.words import words

_DOUBLES = frozenset({"admit", "blog", "concur", "dub", "label", "quip", "rebut", "refer", "signal"})


def _forms(lemmas: str) -> dict[str, str]:
    """Inflected form -> lemma, for regular verbs and the irregular ones listed as a/b/c."""
    found = {}
    for entry in lemmas.split():
        lemma, *irregular = entry.split("/")
        if irregular:
            forms = [lemma, *irregular]
        elif lemma.endswith("e"):
            forms = [lemma, lemma + "d", lemma[:-1] + "ing"]
        elif re.search(r"[^aeiou]y$", lemma):
            forms = [lemma, lemma[:-1] + "ied", lemma + "ing"]
        else:
            forms = [lemma, lemma + "ed", lemma + "ing"]
        if lemma in _DOUBLES:  # admitted, admitting
            forms += [lemma + lemma[-1] + "ed", lemma + lemma[-1] + "ing"]
        third = (
            lemma[:-1] + "ies"
            if re.search(r"[^aeiou]y$", lemma)
            else lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x")) else "s")
        )
        for form in (*forms, third):
            found[form] = lemma
    return found


_SAYS = _forms(
    "say/said/saying tell/told/telling state add announce declare assert claim insist maintain argue contend explain note observe remark reply answer respond comment "
    "acknowledge concede admit confirm affirm reaffirm reiterate repeat stress emphasize emphasise underline warn caution alert predict forecast recall remember/remembered/remembering "
    "recount describe disclose reveal testify swear/swore/sworn/swearing inform assure complain joke quip protest object agree disagree suggest hint imply signal indicate allege "
    "accuse charge urge counsel advise pledge promise vow boast lament whisper shout call dub brand label term characterize characterise dismiss speak/spoke/spoken/speaking "
    "put/putting counter retort rebut clarify specify elaborate continue/continued/continuing conclude summarize summarise opine posit propose submit/submitted/submitting hold/held/holding find/found/finding rule "
    "point/pointed/pointing report relate mention estimate count assess calculate judge consider reckon question wonder exclaim cry/cried/crying begin/began/begun go/went announce tweet post "
    "interject muse chime interrupt brief accept promise echo recommend qualify refer compare"
)
_WRITES = _forms(
    "write/wrote/written/writing record document publish/published/publishing read/reading quote cite blog print tweet"
)
_BELIEVES = _forms(
    "believe think/thought/thinking suspect doubt fear hope expect suppose guess assume know/knew/known/knowing feel/felt/feeling presume conclude reckon consider regard view understand/understood/understanding worry/worried/worrying anticipate imagine see/saw/seen/seeing"
)
_DENIES = _forms("deny dispute reject refute contradict disavow rebuff")
_SHOWS = _forms("show/showed/shown/showing reveal suggest indicate demonstrate prove confirm record")

VERBS: dict[str, str] = {**_SHOWS, **_BELIEVES, **_DENIES, **_SAYS, **_WRITES}
# Verbs that attribute only where a quotation, or the named little word, follows: `called it "fair"`, `pointed out that`.
NEEDS_QUOTE = words(
    "call dub brand label term characterize characterise qualify charge dismiss urge go begin speak read hail "
    "refer compare regard view see continue"
)
NEEDS_THAT = words(
    "accept promise pledge vow dispute reject recommend counsel advise point find hold rule know feel see show "
    "prove demonstrate record indicate agree disagree hint imply signal count judge consider propose submit "
    "hope observe demonstrate question wonder report conclude assess swear worry hear understand imagine "
    "calculate assure inform advise brief remember recall complain boast regret document protest object "
    "explain publish cite announce mention specify disclose reveal allege suggest reply answer respond comment"
)
# Of these, an object without `that` is content all the same: `reported forty dead`, `denied involvement`.
OBJECT = words(
    "report deny claim confirm acknowledge admit concede describe predict estimate allege announce suggest "
    "fear expect doubt recall remember mention reveal disclose suspect warn believe say add state note recount "
    "anticipate contradict refute forecast question"
)
DOES: dict[str, Literal["says", "writes", "believes", "denies"]] = {  # lemma -> act
    **dict.fromkeys(_BELIEVES.values(), "believes"),
    **dict.fromkeys(_SAYS.values(), "says"),
    **dict.fromkeys(_WRITES.values(), "writes"),
    **dict.fromkeys(_DENIES.values(), "denies"),
}
SHOWS = frozenset(["show", "indicate", "demonstrate", "prove", "record"])

AUX = words(
    "has have had is was were are be been being will would may might can could must should do does did 's 'd "
    "'ve having not n't never didn't doesn't don't hasn't hadn't"
)
ADVERBS = words(
    "also later then now still again once first only just already ever never often always even simply further "
    "reportedly today yesterday tonight earlier subsequently initially long himself herself themselves itself "
    "both each all soon recently repeatedly too instead elsewhere afterwards twice there rather quite merely "
    "so"
)
DETERMINERS = words(
    "the a an this that these those its his her their our my your some any no every each both several many few "
    "most all another other various numerous multiple two three four five six seven eight nine ten eleven "
    "twelve dozens"
)
PRONOUNS = words("he she they it we i you who one")
PREPOSITIONS = words(
    "of in on at by for from to with without about into over under after before during since until near "
    "through between among against across around behind beyond inside outside within toward towards upon via "
    "per as than like despite amid"
)
CONJUNCTIONS = words(
    "and but or while whereas although though because if when where which that who whom whose since so yet nor "
    "unless until as"
)
TIMES = words(
    "monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow morning evening night "
    "week weekend month year january february march april may june july august september october november "
    "december noon midnight afternoon"
)
# Nouns that speak: people by office or relation, and bodies.
TITLES = words(
    "official officer spokesman spokeswoman spokesperson spokespeople spokesmen minister secretary president "
    "governor mayor chief commander general colonel captain lieutenant major sergeant admiral pilot analyst "
    "expert adviser advisor aide diplomat envoy ambassador lawyer attorney judge justice prosecutor senator "
    "lawmaker legislator congressman congresswoman representative director chairman chairwoman chair "
    "investigator inspector engineer doctor nurse medic monitor observer source insider executive editor "
    "journalist reporter correspondent police soldier guard agent operative intelligence authorities leader "
    "deputy counsel person people individual speaker professor scientist researcher historian economist "
    "psychologist technician operator manager attaché attache staff employee member predecessor successor "
    "negotiator mediator critic ally appellant respondent plaintiff defendant petitioner applicant claimant "
    "sources commander expert"
)
RELATIONS = words(
    "witness eyewitness resident neighbour neighbor villager survivor relative family father mother brother "
    "sister son daughter uncle aunt cousin wife husband widow friend colleague farmer driver passenger "
    "shopkeeper baker teacher headmistress headmaster pharmacist parent child girl boy woman man seller vendor "
    "local civilian refugee patient victim owner worker fisherman fishermen shepherd student grandmother "
    "grandfather campaigner activist volunteer medic historians"
)
BODIES = words(
    "ministry army navy government pentagon police military agency office department command headquarters "
    "coalition force hospital bureau union organisation organization committee commission council court "
    "parliament company firm operator group newspaper daily station broadcaster television radio report "
    "statement audit memo document summary study survey paper papers register registers inquiry bank party "
    "opposition administration house embassy nations crescent cross watch network institute university mission "
    "unit wing cell bench tribunal daily weekly magazine communique communiqué history transcript letter email "
    "note book affidavit release tweet post data figures times herald courier gazette chronicle news monitor "
    "assessment review board staff manual"
)


def lemma_of(noun: str) -> str:
    """A noun without its plural."""
    for end, cut in (("ies", "y"), ("men", "man"), ("sses", "ss"), ("ches", "ch"), ("s", "")):
        if noun.endswith(end) and len(noun) > len(end) + 2 and not noun.endswith(("ss", "us")):
            return noun[: -len(end)] + cut
    return noun


_TITLES, _RELATIONS, _BODIES = frozenset(TITLES), frozenset(RELATIONS), frozenset(BODIES)


def speaks(noun: str) -> str:
    """Of what kind is a noun that can speak: title, relation, organisation, or nothing."""
    for word in (noun, lemma_of(noun), noun.removesuffix("'s")):
        if word in _TITLES:
            return "title"
        if word in _RELATIONS:
            return "relation"
        if word in _BODIES:
            return "organisation"
    return ""
