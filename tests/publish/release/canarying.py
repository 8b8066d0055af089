"""The canary campaign: generated cases, three audiences, and each transform switched off on purpose. Run as a module for the long one."""

import html
import random
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from unittest import mock

from blindspot import stages
from blindspot.case import open_case
from blindspot.publish.release import canary, copying, media, select, transforms
from blindspot.publish.release.copying import Drawing
from blindspot.publish.release.policy import profile, read_policy
from publish.release.cases import generated

AUDIENCES = ("public", "court", "partner")
SECRET = b"s" * 32


def quick_page(copy: Path) -> dict:
    """A stand-in for the page: every word of the opened case as one HTML file, without the weighing, which canaries cannot reach."""
    case = open_case(copy)
    policy = "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\">"
    (copy / "report.html").write_text(
        f"<html><head>{policy}</head><body>{html.escape(repr(replace(case, root=Path())))}</body></html>"
    )
    return {"questions": []}


def run(root: Path, part: Path, audience: str, page) -> tuple[int, list]:
    """How many canaries were planted in a case and which of them came out for one audience."""
    chosen = profile(read_policy(root), audience)
    planting = canary.plant(root, part / "shadow", chosen, SECRET, {})
    copying.make_copy(part / "shadow", part / "copy", chosen, Drawing(page, dict, lambda _: None), SECRET, {}, [])
    return len(planting.words) + len(planting.digits), canary.found(part / "copy", planting)


def switched_off() -> dict:
    """Each transform replaced by one that lets the value through."""

    def same(value, _):
        return value

    whole = select._changed

    def everything(choice, file, row, out):
        bound = {"id", *(c for f, c in select.REFERS if f == select.pattern(file))}
        return {
            **row,
            **{c: v for c, v in whole(choice, file, row, out).items() if c in bound or choice.changes(file, c)},
        }

    return {
        "drop of columns": mock.patch.multiple(select, _changed=everything, _header=lambda _c, _f, columns: columns),
        "replace": mock.patch.dict(transforms.TRANSFORMS, {"replace": same}),
        "time": mock.patch.dict(transforms.TRANSFORMS, {"time": same}),
        "place": mock.patch.object(select, "_placed", lambda _choice, row, _out: {c: row[c] for c in ("lat", "lon", "error_m")}),
        "pseudonym of names": mock.patch.object(select, "pseudonym", lambda _s, _k, value: value),
        "pseudonym of ids": mock.patch("blindspot.publish.release.choose.pseudonym", lambda _s, _k, value: value),
        "fresh picture": mock.patch.object(media, "write_picture", lambda source, target, _m: target.write_bytes(source.read_bytes())),
        "fresh video": mock.patch.object(media, "write_video", lambda source, target, _m: target.write_bytes(source.read_bytes())),
    }  # fmt: skip


def campaign(folder: Path, canaries: int, seed: int = 1, full_page_every: int = 25) -> dict:
    """Plant until `canaries` were planted; then switch each transform off in turn."""
    rng = random.Random(seed)
    planted, out, runs = 0, [], 0
    while planted < canaries:
        root = generated(
            folder / f"case-{runs}",
            rng.randrange(2**31),
            people=rng.randint(3, 9),
            media=runs % 5 == 0,
            claims=rng.randint(4, 20),
        )
        for audience in AUDIENCES:
            page = stages.drawn if runs % full_page_every == 0 else quick_page
            count, found = run(root, folder / f"run-{runs}-{audience}", audience, page)
            planted += count
            out += [(runs, audience, leak) for leak in found]
        runs += 1
    off = {}
    for name, patch in switched_off().items():
        caught = 0
        for audience in AUDIENCES:
            root = folder / "case-0"
            with patch:
                caught += bool(run(root, folder / f"off-{len(off)}-{audience}", audience, quick_page)[1])
        off[name] = caught
    return {"planted": planted, "cases": runs, "found": out, "switched off, audiences caught of 3": off}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        told = campaign(Path(place), int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    print(told)  # noqa: T201  # a campaign reports
    sys.exit(bool(told["found"]) or any(n < 3 for n in told["switched off, audiences caught of 3"].values()))
