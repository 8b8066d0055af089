"""`blindspot new NAME`: a case folder to fill in, right as it stands, with one invented row of each kind."""

from __future__ import annotations

from pathlib import Path

from blindspot.case.store import write_text
from blindspot.errors import UsageError

_FILES = {
    "README.md": """# {id}

Fill in the rows marked (replace); leave blank what is not known. After each step: `blindspot check {id}`.

1. `case.toml`: when and where; the questions, and for each the accounts that could be so.
2. `sources.csv`: who speaks.
3. `facts.csv`: what anyone would agree was so or not so. `expect.csv`: P(fact | account), a column at a time.
4. `origins.csv`: one row per observation of a fact. `claims.csv`: who reported it, when, public when.
   A small case can do without facts and origins: a claim may give `favours` (an account) and `strength` (a word).
5. `blindspot review {id}` writes out/report.html; `blindspot open {id}` is the same, live, with the tables to edit.

Add what the case has material for; each is read when it is there:

| file | then the review says |
|---|---|
| `places.csv`, `stops.csv` | where it was, on a map |
| `tracks.toml`, `tracks/` | whether it was still the same vehicle; whether an ordinary one would have done the same |
| `footage/` | where the camera looked, how finely, how sure its clock is |
| `sorties.toml` | transit, time on station, which public statements can hold together |
| `watch.csv`, `surface/` | what was in view, and why not otherwise |
| `households.csv` | who may have been there unseen, and what "none seen" is worth |
| `lists/`, `tolls.csv` | who the dead are, and how many |
| `texts/`, `texts.csv` | who said what on what basis; copies |
| `release.toml` | `blindspot release {id} --to public` makes the copy that may go |
""",
    "case.toml": """id = "{id}"
title = "What happened, where, when"
date = "2020-01-01"            # the day of the incident (UTC); a future date is refused
utc_offset = "+00:00"          # local time, shown beside UTC
summary = ""
handling = "TLP:AMBER"
standards = ["more-likely-than-not", "clear-and-convincing", "beyond-reasonable-doubt"]

[[question]]
id = "q_event"
text = "What happened?"
asserted = "as_stated"         # the account under test
  [[question.hypothesis]]
  id = "as_stated"
  text = "it happened as the first account says"
  [[question.hypothesis]]
  id = "otherwise"
  text = "it happened otherwise"
""",
    "sources.csv": """id,name,role,party,anonymity,reliability,interest,derives_from,url,note
S1,first spokesperson (replace),official_statement,,named,C,q_event:as_stated,,,
S2,person who was there (replace),witness,,named,B,none,,,
""",
    "facts.csv": """id,question,text,basis
F1,q_event,something that would be seen if the first account were so (replace),judgement
""",
    "expect.csv": """question,hypothesis,F1
q_event,as_stated,very likely
q_event,otherwise,unlikely
q_event,other,0.2-0.8
""",
    "origins.csv": """id,fact,kind,team,hit,false_alarm,opportunity,first_known,note
O1,F1,video,,0.6-0.9,0.1-0.4,,,what the camera showed (replace)
O2,F1,eyewitness,,0.75-0.95,0.03-0.15,0.5-0.9,,what the witness saw (replace)
""",
    "claims.csv": """id,said_at,public_at,source,origin,says,directness,basis,copy_of,quote_summary,url
K1,2020-01-01,2020-01-01,S1,O1,yes,second_hand,briefed,,in your own words (replace),
K2,2020-01-02,2020-01-02,S2,O2,no,first_hand,was_there,,in your own words (replace),
""",
    "places.csv": "id,name,lat,lon,error_m,how,label\n",
    "stops.csv": "id,place,start,end,clock,activity,reported_by,official_reading,url,note\n",
    "release.toml": """# What may go to whom: nothing leaves unless a row names it. With handling TLP:AMBER this is blocked until [[lower]]
# gives a reason. Other ways for a value to go ([[change]]): drop, pseudonym, replace, place, time, band.
[[audience]]
id = "public"
text = "anyone"
may_see = ["TLP:CLEAR"]
overlaps = ["*"]

[[table]]
audience = "public"
file = "case.toml"
keep = ["id", "title", "date", "utc_offset", "standards", "question", "finding"]

[[table]]
audience = "public"
file = "sources.csv"
keep = ["id", "name", "role", "party", "anonymity", "reliability", "interest"]
without = { anonymity = ["unnamed"] }   # these stay behind, with all that rests on them

[[table]]
audience = "public"
file = "claims.csv"
keep = ["id", "said_at", "public_at", "source", "origin", "says", "directness", "basis", "copy_of", "quote_summary"]

[[table]]
audience = "public"
file = "facts.csv"
keep = ["id", "question", "text"]

# A film or picture that may go, always coded anew; `text` and `start` are what its audience is told of it.
# [[media]]
# audience = "public"
# file = "footage/clip.ts"
# name = "clip"
# text = "what it shows"
# start = 2020-01-01T12:00:00Z
# how = "video"          # or "picture"
# masks = []             # [x, y, width, height] in pixels, filled with grey
# looked_at_by = "who looked at every picture for faces, text and skylines"
# why = "what it is needed for"

[[table]]
audience = "public"
file = "expect.csv"
keep = ["*"]

[[table]]
audience = "public"
file = "origins.csv"
keep = ["id", "fact", "kind", "team", "hit", "false_alarm", "opportunity", "first_known"]
""",
}


def new_case(folder: str | Path) -> Path:
    """Make the folder and its files. Raises UsageError where something stands there already."""
    root = Path(folder)
    if root.exists():
        raise UsageError(f"{root}: exists already; nothing was changed. Give the new case another name.")
    name = "".join(c if c.isalnum() or c in "-_." else "-" for c in root.name).lstrip("-_.") or "case"
    for file, text in _FILES.items():
        write_text(root / file, text.replace("{id}", name))
    return root
