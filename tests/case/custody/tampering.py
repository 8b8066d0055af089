"""Random damage to a folder, and whether `verify` finds it. Run as a module for the long campaign."""

import random
import shutil
import sys
from pathlib import Path

from blindspot.case.custody import ingest, verify
from blindspot.case.custody.bag import pack
from blindspot.case.custody.stamps import anchor
from blindspot.case.custody.sums import hashes, walk, write_sums

KINDS = ("byte", "swap", "truncate", "insert", "rename", "delete", "add", "extend", "repeat")


def small_case(root: Path, rng: random.Random, files: int = 4) -> Path:
    root.mkdir(parents=True)
    (root / "case.toml").write_text('id = "t"\n')
    for k in range(files):
        source = root.parent / f"source-{k}.bin"
        source.write_bytes(
            rng.randbytes(rng.randint(0, 3000)) if k % 2 else b"a line\nanother line\n" * rng.randint(1, 40)
        )
        ingest(root, [source], by=f"person {k}", source="https://example.org/clip")
    return root


def small_release(root: Path, rng: random.Random) -> Path:
    root.mkdir(parents=True)
    for name in ("case.toml", "claims.csv", "release.json", "tables/a.csv", "README.txt"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("".join(f"row {k}, {rng.random()}\n" for k in range(rng.randint(2, 9))))
    names, _ = walk(root)
    (root / "SHA256SUMS").write_bytes(write_sums(hashes(root, names)))
    return root


def damage(root: Path, names: list[str], rng: random.Random) -> tuple[str, str] | None:
    """Do one random damage below a folder; None where it changed nothing (for example two equal lines swapped)."""
    kind, name = rng.choice(KINDS), rng.choice(names)
    path = root / name
    raw = path.read_bytes()
    path.chmod(0o644)
    if kind == "byte" and raw:
        at = rng.randrange(len(raw))
        changed = bytearray(raw)
        changed[at] ^= rng.randint(1, 255)
        path.write_bytes(bytes(changed))
    elif kind == "swap":
        lines = raw.splitlines(keepends=True)
        if len(lines) < 2:
            return None
        i, j = rng.sample(range(len(lines)), 2)
        if lines[i] == lines[j]:
            return None
        lines[i], lines[j] = lines[j], lines[i]
        path.write_bytes(b"".join(lines))
    elif kind == "truncate" and raw:
        whole_lines = raw[: raw[:-1].rfind(b"\n") + 1]
        path.write_bytes(rng.choice((raw[: rng.randrange(len(raw))], whole_lines)))
    elif kind == "insert":
        at = rng.randint(0, len(raw))
        path.write_bytes(raw[:at] + rng.choice((b"\n", b" ", b"0", rng.randbytes(rng.randint(1, 9)))) + raw[at:])
    elif kind == "rename":
        path.rename(path.with_name(path.name[::-1] if rng.random() < 0.5 else path.name + "x"))
    elif kind == "delete":
        path.unlink()
    elif kind == "add":
        if (path.parent / "case.toml").exists() and not (path.parent / "SHA256SUMS").exists():
            return None  # a case folder is worked in: a new file beside its tables is no damage; one in evidence/ is
        (path.parent / f"new-{rng.randrange(10**6)}").write_bytes(rng.randbytes(rng.randint(0, 5)))
    elif kind == "extend":
        path.write_bytes(raw + rng.choice((b"\n", b" ", b"\x00", raw[-20:] or b"x")))
    elif kind == "repeat":
        lines = raw.splitlines(keepends=True)
        if not lines:
            return None
        at = rng.randrange(len(lines))
        path.write_bytes(b"".join([*lines[: at + 1], *lines[at:]]))
    else:
        return None
    return kind, name


def campaign(folder: Path, changes: int, seed: int = 1) -> tuple[int, list[tuple[str, str, str]]]:
    """How many changes were made, and those that were not found."""
    rng = random.Random(seed)
    missed: list[tuple[str, str, str]] = []
    done = 0
    case = small_case(folder / "case", rng)
    anchor(case)
    pack(case, folder / "bag")
    small_release(folder / "release", rng)
    whole = {kind: (folder / kind) for kind in ("case", "bag", "release")}
    assert all(verify(path).ok for path in whole.values())
    names = {kind: [n for n in walk(path)[0] if kind != "case" or n != "case.toml"] for kind, path in whole.items()}
    trial = folder / "trial"
    while done < changes:
        kind = ("case", "bag", "release")[done % 3]
        shutil.copytree(whole[kind], trial)
        what = damage(trial, names[kind], rng)
        if what is not None:
            done += 1
            if verify(trial).ok:
                missed.append((kind, *what))
        shutil.rmtree(trial)
    return done, missed


if __name__ == "__main__":
    import tempfile

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as place:
        tried, unseen = campaign(Path(place), count)
    print(f"{tried} changes, {tried - len(unseen)} found, {len(unseen)} missed {unseen[:5]}")  # noqa: T201  # a campaign reports
    sys.exit(bool(unseen))
