"""What do the papers write? A briefing, an article made of what the sources said, a copy of it, and one that went through another language.

No network and no model: the copy changes the lead and a few words; the back-translation follows rules of paraphrase that were
written by hand (other words, "according to" before what was said after, articles lost), as real ones do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blindspot.example.telling import Told

TOWN = "Mirolun"
FACT = {  # what a source says of each observation: yes, no
    "o_feed_blast": ("a second and much larger blast followed the strike", "there was no second blast after the strike"),
    "o_feed_yard": ("people could be seen in the yard before the strike", "nobody was seen in the yard before the strike"),
    "o_feed_load": ("four men were seen putting heavy parcels into the white car", "nothing unusual was seen being put into the white car"),
    "o_watch": ("the car stopped at two or more of the places that were being watched", "the car made no stop that meant anything"),
    "o_tip": ("the driver had met men of the armed group the day before", "no link of the driver to the armed group was known"),
    "o_family_yard": ("children were playing in the yard when the car came in", "the yard was empty when the car came in"),
    "o_family_dead": ("the family buried its dead the same evening", "nobody of the family was killed"),
    "o_employer": ("the driver was out on a round for his employer all day", "the driver was not at work that day"),
    "o_hospital": ("dead and wounded of the strike were brought in that evening", "nobody from that street was brought in"),
    "o_plate": ("the plate at the gate is that of the car first followed", "the plate at the gate is that of another car"),
    "o_visit": ("the ground under the car bore traces of explosive", "the ground under the car bore no trace of explosive"),
    "o_count": ("five names or more could be confirmed one by one", "fewer than five names could be confirmed"),
    "o_reread": ("the video shows heavy parcels", "the video shows nothing that tells parcels from cans of water"),
}  # fmt: skip
WHO = {
    "command": "the command said in a statement",
    "official_1": "a senior official who had seen the video said",
    "official_2": "an official who had seen the video said",
    "official_3": "an official briefed on the strike said",
    "family": "a relative who was at the gate said",
    "employer": "the employer said",
}
OTHER_WORDS = (
    ("an official", "one functionary"), ("a senior official", "one high functionary"), ("who had seen the video", "that watched the recording"),
    ("briefed on the strike", "informed about the attack"), ("the command", "the leadership"), ("in a statement", "by declaration"), ("strike", "attack"),
    ("a second and much larger blast", "one second explosion, much bigger,"), ("nobody", "no person"), ("heavy parcels", "weighty packages"),
    ("the white car", "white-coloured vehicle"), ("the car", "the vehicle"), ("were seen putting", "have been noticed to put"), ("yard", "courtyard"),
    ("children were playing", "kids have been at play"), ("the driver", "the chauffeur"), ("men of the armed group", "persons of the armed band"),
    ("a relative who was at the gate", "one kinsman that stood by the entrance"), ("the employer", "the work-giver"), ("could be seen", "were to be seen"),
)  # fmt: skip


def texts(told: Told) -> dict[str, tuple[str, str, str, str]]:
    """File -> (public on, outlet, kind, text). Empty of anything that was not said."""
    said = {key: (source, origin) for key, _, source, origin, *_ in told.claims}
    briefing = [_sentence(told, key, said) for key in ("K01", "K02")]
    first = [_sentence(told, key, said) for key in ("K03", "K04", "K05", "K01", "K02")]
    then = [_sentence(told, key, said) for key in ("K08", "K09", "K10", "K07")]
    article = "\n\n".join([
        f"{TOWN}, 15 May 2019 - A strike hit a walled yard in the north of {TOWN} on Tuesday afternoon.",
        " ".join(first), " ".join(then),
        "The street was closed to traffic for the rest of the day, and shops on the square did not open on Wednesday.",
    ])  # fmt: skip
    copied = article.replace("- A strike hit a walled yard in the north of", "- There was a strike on a walled yard in")
    found = {
        "command-briefing.txt": ("2019-05-14", "command", "statement", "\n\n".join(briefing)),
        "courier.txt": ("2019-05-15", "reporter", "article", article),
        "morning-wire.txt": ("2019-05-16", "copyist", "article", copied),
        "harbour-page.txt": ("2019-05-17", "translator", "article", back_translated(article)),
    }
    for key, day, source, *_ in told.claims:
        if source.startswith("outlet_"):
            found[f"{source}.txt"] = (
                f"2019-05-{14 + day}",
                source,
                "article",
                copied.replace("walled yard", f"yard ({key})"),
            )
    return found


def _sentence(told: Told, key: str, said: dict[str, tuple[str, str]]) -> str:
    source, origin = said[key]
    words = FACT[origin][0 if told.says[key] == "yes" else 1]
    who = WHO[source]
    return f"{words[0].upper()}{words[1:]}, {who}."


def back_translated(text: str) -> str:
    """The text as it comes back from another language, by rule."""
    out = text
    for a, b in OTHER_WORDS:
        out = re.sub(rf"\b{a}\b", b, out)
        out = re.sub(rf"\b{a[0].upper()}{a[1:]}\b", f"{b[0].upper()}{b[1:]}", out)
    sentences = re.split(r"(?<=\.) ", out)
    turned = [
        re.sub(r"^(.*), ((?:one|the|an) [^,]*?) said( by declaration)?\.$", _turn, s, flags=re.DOTALL)
        for s in sentences
    ]
    return re.sub(r"\bthe (?=vehicle|chauffeur|courtyard)", "", " ".join(turned))


def _turn(found: re.Match[str]) -> str:
    return f"According to {found[2]}{found[3] or ''}, {found[1][0].lower()}{found[1][1:]}."
