"""Small case folders for tests: one good case, changed a file at a time."""

from pathlib import Path

GOOD = {
    "case.toml": """id = "mill-lane"
title = "An invented incident"
date = "2021-08-29"
[[question]]
id = "q1"
text = "What was in the van?"
  [[question.hypothesis]]
  id = "bomb"
  text = "a bomb"
  [[question.hypothesis]]
  id = "water"
  text = "water"
[[question]]
id = "q2"
text = "Was it heading to attack?"
given = "q1"
  [[question.hypothesis]]
  id = "attack"
  text = "yes"
  prior = { bomb = "0.6-0.9", water = "0.02-0.1", other = "0.1-0.5" }
  [[question.hypothesis]]
  id = "home"
  text = "no"
[[finding]]
question = "q1"
hypothesis = "water"
by = "an inquiry"
date = "2021-09-17"
""",
    "sources.csv": "id,name,reliability,interest\nS1,first,C,q1:bomb\nS2,second,B,\nS3,third,D,\n",
    "facts.csv": "id,question,text\nF1,q1,loading\nF2,q1,residue\n",
    "expect.csv": "question,hypothesis,F1,F2\nq1,bomb,very likely,0.8-0.95\nq1,water,likely,0.01-0.05\n",
    "origins.csv": "id,fact,kind,team,hit,false_alarm,opportunity\nO1,F1,video,cell,0.6-0.9,0.1-0.4,\nO2,F2,site_visit,,0.6-0.9,0.05-0.2,0.5-0.8\nO3,F2,document,,0.6-0.9,0.05-0.2,\n",
    "claims.csv": "id,said_at,public_at,source,origin,says,directness,copy_of,fact,favours,strength\n"
    "K1,2021-08-29,2021-08-29,S1,O1,yes,first_hand,,,,\n"
    "K2,2021-08-30,2021-09-10,S2,O2,no,first_hand,,,,\n"
    "K3,2021-08-30,2021-08-30,S1,O2,yes,first_hand,,,,\n"
    "K4,2021-08-30,2021-08-31,S3,?,yes,,,F1,,\n"
    "K5,2021-08-31,2021-08-31,S3,,,,,,attack,weak\n",
    "places.csv": "id,name,lat,lon,error_m,how,label\nP1,gate,34.5,69.1,50,derived,\n",
    "stops.csv": "id,place,start,end,clock,activity,reported_by,official_reading,url,note\nT1,P1,2021-08-29T04:15:00Z,,camera,waits,S2,,,\n",
}


def write_case(root: Path, **changes: str | None) -> Path:
    """The good case with some files replaced (`claims_csv="..."`); None leaves a file out."""
    files = dict(GOOD)
    for name, text in changes.items():
        stem, _, suffix = name.rpartition("_")
        files[f"{stem}.{suffix}"] = text
    root.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        if text is not None:
            (root / name).write_text(text, encoding="utf-8")
    return root
