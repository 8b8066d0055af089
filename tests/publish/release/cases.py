"""Generated cases with every kind of field and medium, and three audiences."""

import random
import struct
from pathlib import Path

import numpy as np

NAMES = (
    "Zemari Rahimi",
    "Farzana Qaderi",
    "Yusuf Haidari",
    "Abdul Wakil Stanekzai",
    "Malalai Ghafoori",
    "Hamid Sahak",
    "Nooria Popal",
)
LOCAL = ("زمری رحیمی", "فرزانه قادری", "یوسف حیدری", "عبدالوکیل ستانکزی", "ملالی غفوری", "حمید سهاک", "نوریا پوپل")

RULES = """
[density]
buildings_per_km2 = "400-2000"
people_per_building = "4-9"
basis = "judgement"

[[audience]]
id = "public"
text = "anyone"
may_see = ["TLP:CLEAR"]
overlaps = ["*"]
k = 20
[[audience]]
id = "court"
text = "a court"
may_see = ["TLP:AMBER+STRICT"]
k = 5
[[audience]]
id = "partner"
text = "a partner desk"
may_see = ["TLP:GREEN"]
overlaps = ["public"]
k = 10

[[lower]]
audience = "public"
file = "*"
label = "TLP:AMBER"
to = "TLP:CLEAR"
reason = "nothing left in the copy that the label was for"
by = "A. Reviewer"
date = "2021-10-01"
[[lower]]
audience = "partner"
file = "*"
label = "TLP:AMBER"
to = "TLP:GREEN"
reason = "nothing left in the copy that the label was for"
by = "A. Reviewer"
date = "2021-10-01"
"""
TABLES = """
[[table]]
audience = "{a}"
file = "case.toml"
keep = ["id", "title", "date", "utc_offset", "standards", "question", "finding", "place"]
[[table]]
audience = "{a}"
file = "sources.csv"
keep = ["id", "name", "role", "party", "anonymity", "reliability", "interest", "derives_from"]
without = {{ anonymity = ["{hidden}"] }}
[[change]]
audience = "{a}"
file = "sources.csv"
column = "id"
how = "pseudonym"
where = {{ party = ["civilian"] }}
why = "w"
[[change]]
audience = "{a}"
file = "sources.csv"
column = "name"
how = "replace"
where = {{ party = ["civilian"] }}
why = "w"
[[table]]
audience = "{a}"
file = "claims.csv"
keep = ["id", "said_at", "public_at", "source", "origin", "says", "directness", "basis", "copy_of", "quote_summary"]
[[change]]
audience = "{a}"
file = "claims.csv"
column = "quote_summary"
how = "replace"
where = {{ "source.party" = ["civilian"] }}
why = "w"
[[table]]
audience = "{a}"
file = "facts.csv"
keep = ["id", "question", "text"]
[[table]]
audience = "{a}"
file = "expect.csv"
keep = ["*"]
[[table]]
audience = "{a}"
file = "origins.csv"
keep = ["id", "fact", "kind", "hit", "false_alarm", "opportunity"]
[[table]]
audience = "{a}"
file = "places.csv"
keep = ["id", "error_m"]
[[change]]
audience = "{a}"
file = "places.csv"
column = "lat"
how = "place"
why = "w"
[[change]]
audience = "{a}"
file = "places.csv"
column = "name"
how = "pseudonym"
why = "w"
[[table]]
audience = "{a}"
file = "stops.csv"
keep = ["id", "place", "activity"]
[[change]]
audience = "{a}"
file = "stops.csv"
column = "start"
how = "time"
to = "{step}"
why = "w"
[[table]]
audience = "{a}"
file = "lists/*.csv"
keep = ["id", "status", "group_size", "source"]
[[change]]
audience = "{a}"
file = "lists/*.csv"
column = "name"
how = "pseudonym"
why = "w"
[[change]]
audience = "{a}"
file = "lists/*.csv"
column = "age"
how = "band"
to = "10"
why = "w"
"""
MEDIA = """
[[media]]
audience = "{a}"
file = "media/yard.jpg"
name = "p1"
how = "picture"
masks = [[2, 2, 12, 12]]
looked_at_by = "A. Reviewer"
why = "w"
[[media]]
audience = "{a}"
file = "footage/flight.mp4"
name = "v1"
how = "video"
looked_at_by = "A. Reviewer"
why = "w"
"""


def generated(root: Path, seed: int, people: int = 5, media: bool = True, claims: int = 8) -> Path:
    """A case in which every column of every file is filled; sources of party civilian and anonymity secret are to be protected."""
    rng = random.Random(seed)

    def word():
        return "".join(rng.choice("bdfgklmnprst") + rng.choice("aeiou") for _ in range(4))

    root.mkdir(parents=True)

    def write(name, text):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")

    write(
        "case.toml",
        f'id = "gen-{seed}"\ntitle = "A generated case"\ndate = "2021-08-29"\nsummary = "Told by {word()} of {word()} street to {word()} and {word()} {word()} at night"\nclock = "the watch of {word()} {word()}"\nplace = "home_{seed}"\nhandling = "TLP:AMBER"\n'
        '[[question]]\nid = "q1"\ntext = "What was in the van?"\n[[question.hypothesis]]\nid = "bomb"\ntext = "a bomb"\n[[question.hypothesis]]\nid = "water"\ntext = "water"\n',
    )
    sources = [
        "id,name,role,party,anonymity,reliability,interest,derives_from,url,note,basis,by",
        "press,The Daily,press_report,press,organisation,C,,,https://example.org/open,a note here,judgement,coder",
    ]
    for k in range(people):
        secret = "unnamed" if k == 0 else "relation"
        party = "US" if k == 0 else "civilian"
        sources.append(
            f"wit_{word()}_{k},{'Colonel Rudd' if k == 0 else NAMES[k % 7]} of {word()} street,witness,{party},{secret},B,,press,https://example.org/{word()}?from={word()}{word()},met by {word()} {word()} near the {word()} mill on friday,rated by {word()} {word()} in haste,{word()} {word()}"
        )
    write("sources.csv", "\n".join(sources) + "\n")
    ids = [line.split(",")[0] for line in sources[1:]]
    write(
        "facts.csv",
        "id,question,text,basis,by\nF1,q1,loading is seen,judgement,coder\nF2,q1,residue is found,judgement,coder\n",
    )
    write("expect.csv", "question,hypothesis,F1,F2\nq1,bomb,very likely,0.8-0.95\nq1,water,likely,0.01-0.05\n")
    origins = ["id,fact,kind,team,hit,false_alarm,opportunity,first_known,note,artefact,basis,by"]
    for k in range(3):
        origins.append(
            f"O{k},F{k % 2 + 1},video,team {word()} {word()},0.6-0.9,0.05-0.2,0.5-0.8,2021-08-29,seen by {word()} {word()} from the {word()} roof at noon,tape {word()} {word()},judged by {word()} {word()} alone,{word()} {word()}"
        )
    write("origins.csv", "\n".join(origins) + "\n")
    rows = ["id,said_at,public_at,source,origin,says,directness,basis,quote_summary,url,verified,note"]
    for k in range(claims):
        rows.append(
            f"K{k},2021-08-29,2021-08-30,{ids[k % len(ids)]},O{k % 3},yes,first_hand,was_there,{word()} saw {word()} carry {word()} to the {word()} gate {k},https://example.org/{word()}/{word()},seen,heard from {word()} {word()} by phone +93 70 {rng.randrange(10**3, 10**4)} {rng.randrange(10**3, 10**4)}"
        )
    write("claims.csv", "\n".join(rows) + "\n")
    lat, lon = 34 + rng.random(), 69 + rng.random()
    write(
        "places.csv",
        f"id,name,lat,lon,error_m,how,label\nhome_{seed},yard of {word()} {word()},{lat:.5f},{lon:.5f},20,measured by {word()} {word()} on foot,TLP:AMBER\nwell_{word()},well of {word()} {word()},{lat + 0.05:.5f},{lon + 0.04:.5f},30,from {word()} {word()} pictures,\n",
    )
    write(
        "stops.csv",
        f"id,place,start,end,clock,activity,reported_by,official_reading,url,note\nT1,home_{seed},2021-08-29T04:15:00Z,2021-08-29T05:25:00Z,watch of {word()} {word()},waits,{ids[1]},seen by {word()} {word()},https://example.org/{word()},told by {word()} {word()} later\n",
    )
    for k in range(2):
        listed = ["id,name,name_local,age,sex,status,date,place,group_size,source,url,note"]
        for j in range(people):
            listed.append(
                f"L{k}_{j},{NAMES[(j + k) % 7]},{LOCAL[(j + k) % 7]},{rng.randint(1, 80)},male,killed,2021-08-29,home_{seed},,{ids[1 + j % (len(ids) - 1)]},https://example.org/{word()},child of {word()} {word()} from {word()}"
            )
        write(f"lists/rec{k}.csv", "\n".join(listed) + "\n")
    rules = RULES
    for audience, hidden, step in (
        ("public", "unnamed", "day"),
        ("court", "none", "hour"),
        ("partner", "unnamed", "hour"),
    ):
        rules += TABLES.format(a=audience, hidden=hidden, step=step)
        if media:
            rules += MEDIA.format(a=audience)
    write("release.toml", rules)
    if media:
        picture(root / "media" / "yard.jpg", rng)
        video(root / "footage" / "flight.mp4", rng)
    return root


def picture(path: Path, rng: random.Random, exif: bytes = b"") -> None:
    """A small JPEG with an EXIF block."""
    import cv2

    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(rng.randrange(2**31)).integers(0, 255, (48, 64, 3), np.uint8)
    done, data = cv2.imencode(".jpg", noise)
    assert done
    raw = data.tobytes()
    block = b"Exif\0\0" + exif
    path.write_bytes(raw[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + raw[2:])


def video(path: Path, rng: random.Random, frames: int = 6, **metadata: str) -> None:
    """A small H.264 video as any encoder writes it: with its settings inside."""
    import av

    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as out:
        out.metadata.update(metadata)
        stream = out.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        base = np.random.default_rng(rng.randrange(2**31)).integers(0, 255, (48, 64, 3), np.uint8)
        for k in range(frames):
            for packet in stream.encode(av.VideoFrame.from_ndarray(np.roll(base, k, 1), format="rgb24")):
                out.mux(packet)
        for packet in stream.encode(None):
            out.mux(packet)
