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


MARKUP = "<img src=x onerror=alert(1)><b>bold</b> & \"quoted\" 'single' {{ 7*7 }} {% raw %}"
LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle" * 2
DARI = "چه چیزی آن روز بعد از ظهر در موتر سفید بار شد و چه کسی آن را دید؟"
PASHTO = "په دې موټر کې څه وو؟"
ARABIC = "محمد بن عبد الله الأحمدي (أبو يوسف)"


def write_hard_case(root: Path) -> Path:
    """A case that tries the page: right-to-left text, long words, markup in every free field, findings on one day, no times."""
    import csv
    import json

    def table(name: str, rows: list[dict[str, str]]) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    def said(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)

    root.mkdir(parents=True, exist_ok=True)
    (root / "case.toml").write_text(
        f"""id = "hard"
title = {said(f"{ARABIC} {MARKUP} {LONG}")}
date = "2021-08-29"
time = "2021-08-29T12:23:00Z"
clock = {said(MARKUP)}
utc_offset = "+04:30"
place = "P1"
summary = {said(DARI + MARKUP)}
handling = {said("TLP:AMBER " + MARKUP)}
standards = ["clear-and-convincing", "own"]
[[question]]
id = "q1"
text = {said(DARI)}
asserted = "long"
  [[question.hypothesis]]
  id = "long"
  text = {said(LONG)}
  prior = "0.3-0.6"
  basis = {said(MARKUP)}
  by = {said(MARKUP)}
  [[question.hypothesis]]
  id = "dari"
  text = {said(PASHTO + " " + MARKUP)}
[[question]]
id = "q2"
text = {said(MARKUP)}
given = "q1"
  [[question.hypothesis]]
  id = "yes"
  text = {said(ARABIC)}
  prior = {{ long = "0.6-0.9", dari = "0.02-0.1", other = "0.1-0.5" }}
  [[question.hypothesis]]
  id = "no"
  text = "no"
"""
        + "".join(
            f"""[[finding]]
question = "q1"
hypothesis = "dari"
by = {said(ARABIC + MARKUP)}
date = "2021-09-{day}"
url = "javascript:alert(1)"
confidence = {said(MARKUP)}
contested = true
note = {said(MARKUP)}
"""
            for day in ("03", "03", "03", "04", "05", "05")
        ),
        encoding="utf-8",
    )
    table(
        "sources.csv",
        [
            {
                "id": f"S{i}",
                "name": (ARABIC, MARKUP, LONG)[i % 3],
                "role": (MARKUP, DARI, LONG, "family_witness")[i % 4],
                "party": MARKUP,
                "anonymity": "unnamed",
                "reliability": "ABCDF"[i % 5],
                "interest": "q1:long" if i % 2 else "none",
                "derives_from": "S0" if i else "",
                "url": "javascript:alert(1)",
                "note": MARKUP,
                "basis": MARKUP,
                "by": MARKUP,
            }
            for i in range(6)
        ],
    )
    table(
        "facts.csv",
        [
            {"id": f, "question": q, "text": MARKUP + DARI, "basis": MARKUP, "by": MARKUP}
            for f, q in (("F1", "q1"), ("F2", "q1"), ("F3", "q2"))
        ],
    )
    table(
        "expect.csv",
        [
            {"question": q, "hypothesis": h, **dict(zip(("F1", "F2", "F3"), cells, strict=True))}
            for q, h, cells in (
                ("q1", "long", ("0.7-0.9", "0.2-0.5", "")),
                ("q1", "dari", ("0.2-0.4", "0.6-0.9", "")),
                ("q2", "yes", ("", "", "0.6-0.9")),
                ("q2", "no", ("", "", "0.1-0.3")),
            )
        ],
    )
    table(
        "origins.csv",
        [
            {
                "id": key,
                "fact": fact,
                "kind": MARKUP,
                "team": team,
                "hit": "0.6-0.9",
                "false_alarm": "0.1-0.4",
                "opportunity": "0.2-0.6",
                "first_known": "",
                "note": MARKUP,
                "artefact": MARKUP,
                "basis": MARKUP,
                "by": MARKUP,
            }
            for key, fact, team in (
                ("O1", "F1", "<b>team</b> 'one'"),
                ("O2", "F2", DARI),
                ("O_" + "VERY_LONG_ORIGIN_NAME_" * 4, "F2", ""),
                ("O3", "F3", ""),
            )
        ],
    )
    origins = ["O1", "O2", "O_" + "VERY_LONG_ORIGIN_NAME_" * 4, "O3"]
    table(
        "claims.csv",
        [
            {
                "id": f"K{i}",
                "said_at": f"2021-08-{29 + i % 3}" if i % 3 < 3 else "",
                "public_at": f"2021-09-{1 + i % 9:02}",
                "source": f"S{i % 6}",
                "origin": origins[i % 4] if i % 7 else "?",
                "says": "no" if i % 5 == 2 and i % 7 else "yes",
                "directness": "first_hand",
                "basis": MARKUP,
                "copy_of": "",
                "quote_summary": (MARKUP, DARI, LONG)[i % 3],
                "url": "javascript:alert(1)" if i % 2 else "https://example.org/?a=1&b=<2>",
                "fact": "F1" if i % 7 == 0 else "",
                "retracted_at": "",
                "note": MARKUP,
            }
            for i in range(18)
        ],
    )
    table(
        "places.csv",
        [
            {
                "id": f"P{i}",
                "name": (ARABIC, MARKUP, LONG)[i % 3],
                "lat": str(34.5 + 0.004 * (i * 7 % 5)),
                "lon": str(69.1 + 0.003 * (i * 3 % 7)),
                "error_m": str(400 * (i % 4)),
                "how": MARKUP,
                "label": "",
            }
            for i in range(1, 30)
        ],
    )
    table(
        "stops.csv",
        [
            {
                "id": f"T{i:02}",
                "place": f"P{1 + i * 5 % 13}" if i % 4 else "",
                "start": f"2021-08-29T{4 + i // 3:02}:{15 + i % 3 * 10}:00Z" if i % 5 else "",
                "end": "",
                "clock": MARKUP,
                "activity": (DARI, MARKUP, LONG)[i % 3],
                "reported_by": "S1",
                "official_reading": MARKUP,
                "url": "javascript:alert(1)",
                "note": MARKUP,
            }
            for i in range(1, 20)
        ],
    )
    table(
        "standards.csv", [{"id": "own", "text": MARKUP + DARI, "low": "0.6", "high": "0.8", "citation": MARKUP + LONG}]
    )
    table(
        "lists/paper.csv",
        [
            {
                "id": f"p{i}",
                "name": (MARKUP, LONG)[i % 2],
                "name_local": ARABIC,
                "age": MARKUP,
                "sex": MARKUP,
                "status": "killed",
                "date": "",
                "place": MARKUP,
                "group_size": "3" if i else "",
                "source": "S1",
                "url": "javascript:alert(1)",
                "note": DARI,
            }
            for i in range(3)
        ],
    )
    return root


def write_many_claims(root: Path, claims: int = 200) -> Path:
    """One question with many origins, claims, dates and kinds of speaker."""
    from datetime import date, timedelta

    facts = [f"F{i}" for i in range(4)]
    origins = [f"O{i}" for i in range(16)]
    lines = ["id,said_at,public_at,source,origin,says,quote_summary"]
    for i in range(claims):
        day = date(2021, 8, 29) + timedelta(days=i // 8)
        lines.append(
            f"K{i},{day},{day + timedelta(days=i % 4)},S{i % 30},O{i % 16},{'no' if i % 3 else 'yes'},what was said {i}"
        )
    return write_case(
        root,
        case_toml='id = "many"\ntitle = "Many claims"\ndate = "2021-08-29"\n[[question]]\nid = "q1"\ntext = "What was it?"\n  [[question.hypothesis]]\n  id = "a"\n  text = "this"\n  [[question.hypothesis]]\n  id = "b"\n  text = "that"\n',
        sources_csv="id,name,role,reliability\n" + "".join(f"S{i},source {i},role_{i},C\n" for i in range(30)),
        facts_csv="id,question,text\n" + "".join(f"{f},q1,fact {f}\n" for f in facts),
        expect_csv=f"question,hypothesis,{','.join(facts)}\nq1,a,{','.join(['0.6-0.9'] * 4)}\nq1,b,{','.join(['0.2-0.5'] * 4)}\n",
        origins_csv="id,fact,kind,hit,false_alarm,opportunity\n"
        + "".join(f"{o},{facts[i % 4]},video,0.6-0.9,0.1-0.4,0.2-0.6\n" for i, o in enumerate(origins)),
        claims_csv="\n".join(lines) + "\n",
        places_csv=None,
        stops_csv=None,
    )


def write_one_claim(root: Path) -> Path:
    """The least that can be weighed: one claim of a small case, without facts and origins."""
    return write_case(
        root,
        case_toml='id = "one"\ntitle = "One claim"\ndate = "2021-08-29"\n[[question]]\nid = "q1"\ntext = "What was it?"\n  [[question.hypothesis]]\n  id = "a"\n  text = "this"\n  [[question.hypothesis]]\n  id = "b"\n  text = "that"\n',
        sources_csv="id,name\nS1,one\n",
        claims_csv="id,source,favours,strength\nK1,S1,b,weak\n",
        **dict.fromkeys(("facts_csv", "expect_csv", "origins_csv", "places_csv", "stops_csv")),
    )


def write_air_case(root: Path) -> Path:
    """A case with all that is drawn of flights, watches, presence and counts, long and right-to-left names among it."""
    import json

    import numpy as np
    from pyproj import Transformer

    from geotiff import write_geotiff

    lat, lon = 34.5, 69.1
    write_case(
        root,
        watch_csv="id,place,start,end,surface,ground,path,setting,wall_m,width_m,depression_deg,gsd_m,attention\n"
        "W_path,P1,2021-08-29T12:00:00Z,2021-08-29T12:08:00Z,surface/dsm.tif,surface/dtm.tif,flights/p.csv,,,,,,0.3-0.9\n"
        "W_walls,P1,2021-08-29T12:00:00Z,,,,,courtyard,3-5,8-12,30-60,0.1-0.3,0.3-0.9\n",
        households_csv="id,place,when,households,outdoors,together,seen\n"
        "yard,P1,2021-08-29T12:00:00Z/2021-08-29T12:08:00Z,1-3,0.2-0.6,0-0.5,0\n",
    )
    names = {
        k: json.dumps(v, ensure_ascii=False) for k, v in {"long": LONG, "arabic": ARABIC, "markup": MARKUP}.items()
    }
    (root / "sorties.toml").write_text(
        f"""place = "P1"
turnaround_h = "3-5"
abort = "0.02-0.1"
[limits]
speed_kmh = "100-443"
endurance_h = "10-37"
[cue]
area_ratio = "5-30"
sweep_h = "0.5-2"
event_h = "1-6"
basis = {names["markup"]}
[[places]]
id = "P1"
name = {names["arabic"]}
[[base]]
id = "far"
name = {names["long"]}
icao = "OTBH"
phase = "after"
[[base]]
id = "near"
name = {names["markup"]}
icao = "OAIX"
phase = "before"
[[closed]]
country = "Iran"
standoff_km = 22
[[aircraft]]
id = "a1"
name = {names["arabic"]}
endurance_h = "16-20"
speed_kmh = "340-400"
basis = {names["markup"]}
[[statement]]
id = "s1"
quantity = "round_trip_h"
at_most = 4
base = "far"
speaker = {names["arabic"]}
summary = {names["markup"]}
""",
        encoding="utf-8",
    )
    east, north = Transformer.from_crs("EPSG:4326", "EPSG:32642", always_xy=True).transform(lon, lat)
    z = np.zeros((160, 160))
    z[60:75, 90:130] = 9.0
    z[100:130, 70:82] = 14.0
    for name, heights in (("dsm", z), ("dtm", np.zeros_like(z))):
        write_geotiff(root / "surface" / f"{name}.tif", heights, 1.0, east - 80, north + 80)
    rows = ["time,lat,lon,height_m,aim_lat,aim_lon,radius_m,gsd_m,attended"]
    for k in range(60):
        turn = k / 60 * 2 * np.pi
        aim = lon + (0.01 if 20 < k < 30 else 0.0)
        gsd, watched = 2.0 if k > 50 else 0.1, int(k > 5)
        at = f"{lat + 0.02 * np.cos(turn):.6f},{lon + 0.02 * np.sin(turn):.6f}"
        rows.append(f"2021-08-29T12:0{1 + k // 12}:{5 * (k % 12):02d}Z,{at},2000,{lat},{aim},120,{gsd},{watched}")
    (root / "flights").mkdir(exist_ok=True)
    (root / "flights" / "p.csv").write_text("\n".join(rows) + "\n")
    (root / "counts").mkdir(exist_ok=True)
    (root / "counts" / "readers.csv").write_text(
        "site,count_a,count_b\na,0,3\nb,1,1\nc,0,3\nd,2,1\ne,0,3\n" + f"{LONG},0,1\n", encoding="utf-8"
    )
    return root
