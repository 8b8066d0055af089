"""Texts for the bench of the statements room: invented news from a grammar, the project's own articles, and copies of both.

Invented news has the difficulties of real news on purpose: a small common vocabulary, stock sentences that many articles
share word for word, and several independent articles about one event with the same names, places and numbers.
Back-translation runs Debian's `apertium` (apertium-eng-spa, apertium-eng-cat) there and back, many texts in one call.
"""

import random
import re
import subprocess
from dataclasses import dataclass

SYLLABLES = [
    "ba",
    "be",
    "bo",
    "da",
    "de",
    "di",
    "do",
    "fa",
    "fe",
    "ga",
    "go",
    "ha",
    "he",
    "hi",
    "ja",
    "ka",
    "ke",
    "ki",
    "ko",
    "la",
    "le",
    "li",
    "lo",
    "ma",
    "me",
    "mi",
    "mo",
    "na",
    "ne",
    "ni",
    "no",
    "pa",
    "pe",
    "ra",
    "re",
    "ri",
    "ro",
    "sa",
    "se",
    "si",
    "so",
    "ta",
    "te",
    "ti",
    "to",
    "va",
    "ve",
    "vi",
    "wa",
    "ya",
    "za",
    "zo",
]
WHO = """the mayor|a shopkeeper|the regional governor|two engineers|an army convoy|the harbour master|a retired judge|the football club|several farmers|a police patrol|the water company|a school teacher|the opposition leader|a young doctor
|the railway union|a group of students|the trade minister|an insurance clerk|the weather service|a bus driver|the coast guard|a visiting delegation|the electricity board|a night watchman|the bishop|a tax inspector|the fire brigade|three pilots
|the housing office|a market trader|the prison service|an elderly couple|the textile workers|a border officer|the museum director|a team of surveyors|the finance committee|a hospital nurse|the drivers' association|an aid worker""".replace(
    "\n", ""
).split("|")
DID = """reopened|inspected|abandoned|repaired|criticised|photographed|sold|flooded|measured|defended|postponed|rebuilt|searched|painted|cancelled|examined|moved|closed|guarded|promised to extend|refused to sign|agreed to share|began to clear|stopped using
|lost control of|took charge of|paid for|complained about|walked away from|asked for|drew a map of|counted|delivered|burned|surrounded|forgot to lock|voted against|warned against|looked into|waited beside|borrowed|recorded|removed|surveyed""".replace(
    "\n", ""
).split("|")
WHAT = """the northern bridge|a disputed contract|the old grain store|six lorries|the airport road|a stolen generator|the winter timetable|an empty warehouse|the river gauge|a box of letters|the salary agreement|the eastern checkpoint|a damaged pipeline|the public library
|the fishing quota|a set of photographs|the emergency plan|forty tents|the cathedral roof|a broken turbine|the voters' register|the cattle market|a shipment of medicine|the radio mast|the school kitchen|a faulty brake|the wheat harvest|an unmarked grave
|the customs house|the annual budget|a water tank|the tram line|the hotel lobby|a parked van|the quarry|a second opinion|the ferry landing|the solar panels|a new tax on fuel|the orchard wall""".replace(
    "\n", ""
).split("|")
HOW = """after heavy rain|without any explanation|before sunrise|for the third time this year|at the request of neighbours|with borrowed tools|under police escort|in spite of the cold|during the holiday|because of a misprint|to the surprise of everyone|on the advice of lawyers
|while the talks went on|against the wishes of the council|as the crowd watched|in less than an hour|for fear of thieves|with the help of volunteers|near the railway station|behind closed doors|at their own expense|by mistake|over the weekend|in front of cameras
|with little enthusiasm|when the power failed|long after midnight|in the middle of the storm|despite earlier promises|next to the cemetery""".replace(
    "\n", ""
).split("|")
WHY = """The reason is not known|Nobody could say why|It was an expensive decision|The cost is still being counted|Such things happen every spring|The lesson was a hard one|There had been warnings|The numbers do not add up|It may never be explained|People remember the winter of the great frost
|The paperwork took a year|It could have been worse|The old men shook their heads|A letter had been sent and never answered|Everyone had an opinion|The silence lasted a long time|It was cheaper than the alternative|The dogs barked all night|Work will begin again in autumn|The engine was still warm""".replace(
    "\n", ""
).split("|")
STOCK = """A spokesman for the {org} said an investigation was under way.|The {org} did not respond to a request for comment.|No group has claimed responsibility.|At least {n} people were killed and {m} wounded, according to local health officials.
|The incident took place at about {hour} in the {place} district of {town}.|"We are aware of the reports and we take them seriously," the spokesman said.|{name}, who heads the {org}, told reporters that the matter was closed.|The figures could not be independently verified.
|It was the {ord} such incident in {town} since {month}.|An official who spoke on condition of anonymity confirmed the account.|Residents of {place} said they heard a loud explosion.|The government of {town} has declared three days of mourning.""".replace(
    "\n", ""
).split("|")
FACTS = """{name} of the {org} counted {n} trucks on the road between {place} and {town}|in {place}, {m} families had left their houses by {hour}|the {org} spent {k} million on the {place} project|{name}, {age}, lived in {place} until {month}|a map drawn by {name} shows {n} wells near {town}
|the {place} hospital admitted {n} patients before {hour}|{name} and {name2} disagreed about the {place} road|flight {k}{n} left {town} at {hour}|the {org} bought {k} tonnes of grain from {place}|a camera in {place} recorded {name2} at {hour}""".replace(
    "\n", ""
).split("|")
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


@dataclass
class Event:
    values: dict

    @classmethod
    def draw(cls, rng):
        def word(k):
            return "".join(rng.choice(SYLLABLES) for _ in range(k)).capitalize()

        def name():
            return f"{word(2)} {word(rng.choice((2, 3)))}"

        return cls({
            "place": word(3), "town": word(rng.choice((2, 3))), "name": name(), "name2": name(), "org": f"{word(2)} {rng.choice(['Council', 'Ministry', 'Agency', 'Union', 'Company', 'Institute'])}",
            "n": rng.randint(3, 60), "m": rng.randint(10, 400), "k": rng.randint(2, 99), "age": rng.randint(19, 80), "hour": f"{rng.randint(0, 23)}:{rng.randint(0, 59):02d}",
            "month": rng.choice(MONTHS), "ord": rng.choice(["second", "third", "fourth", "fifth", "sixth"]),
        })  # fmt: skip


def article(rng, event=None, length=14, telling=0):
    """One invented article of about `length` sentences.

    Articles of one event share its names, numbers and stock sentences; each `telling` (0, 1, 2) words the facts in its own
    way, for an article that repeats another's sentences is no longer independent of it.
    """
    event = event or Event.draw(rng)
    facts = FACTS[telling::3]
    out = []
    for _ in range(length):
        roll = rng.random()
        if roll < 0.12:
            text = rng.choice(STOCK).format(**event.values)
        elif roll < 0.42:
            fact = rng.choice(facts).format(**event.values)
            text = f"{fact[0].upper()}{fact[1:]}, and {rng.choice(WHO)} {rng.choice(DID)} {rng.choice(WHAT)} {rng.choice(HOW)}."
        elif roll < 0.9:
            a = f"{rng.choice(WHO)} {rng.choice(DID)} {rng.choice(WHAT)} {rng.choice(HOW)}"
            b = f"{rng.choice(WHO)} {rng.choice(DID)} {rng.choice(WHAT)}"
            join = rng.choice([", while ", ", but ", "; later ", ", and "])
            text = f"{a[0].upper()}{a[1:]}{join}{b}."
        else:
            text = rng.choice(WHY) + "."
        out.append(text)
    paragraphs, k = [], 0
    while k < len(out):
        step = rng.choice((2, 3))
        paragraphs.append(" ".join(out[k : k + step]))
        k += step
    return "\n\n".join(paragraphs)


def news(count, seed, per_event=3):
    """`count` independent articles; up to `per_event` of them are about one event."""
    rng = random.Random(seed)
    texts = []
    while len(texts) < count:
        event = Event.draw(rng)
        for telling in range(rng.randint(1, per_event)):
            texts.append(article(rng, event, rng.randint(10, 18), telling))
    return texts[:count]


def back_translate(texts, pivot, chunk=60):
    """Each text into the pivot language (spa, cat) and back."""
    out = []
    for at in range(0, len(texts), chunk):
        part = texts[at : at + chunk]
        mark = "\n\n=={}==\n\n"
        joined = "".join(mark.format(9000 + i) + t for i, t in enumerate(part))
        for mode in (f"eng-{pivot}", f"{pivot}-eng"):
            joined = subprocess.run(
                ["apertium", "-u", mode], input=joined, capture_output=True, text=True, check=True
            ).stdout
        pieces = re.split(r"\s*==\s*(9\d{3})\s*==\s*", joined)
        got = dict(zip(pieces[1::2], pieces[2::2], strict=True))
        out += [got[str(9000 + i)].strip() for i in range(len(part))]
    return out


def half_copy(copied, other, rng):
    """A text of which about half the paragraphs come from `copied`; says which stretches of the result those are."""
    mine, theirs = copied.split("\n\n"), other.split("\n\n")
    take = sorted(rng.sample(range(len(mine)), max(1, len(mine) // 2)))
    keep = [p for i, p in enumerate(theirs) if i % 2 == 0][: max(1, len(mine) - len(take))]
    parts = [(True, mine[i]) for i in take] + [(False, p) for p in keep]
    if rng.random() < 0.5:
        rng.shuffle(parts)
    text, spans = "", []
    for is_copy, p in parts:
        start = len(text)
        text += p + "\n\n"
        spans.append((start, start + len(p), is_copy))
    return text.rstrip(), spans
