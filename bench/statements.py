"""Bench of the statements room: copies beside datasketch MinHash and simhash, attribution on the annotated texts.

python bench/statements.py quality [--articles N]     needs apertium (eng-spa, eng-cat)
python bench/statements.py passages [--articles N]
python bench/statements.py scale [N ...]
python bench/statements.py attribution
python bench/statements.py peers FILE.json             run by the first with a Python that has the peers (--peers PYTHON)
"""

import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "tests" / "measure" / "statements")]
PIVOTS = ("spa", "cat")


def option(name, default):
    return type(default)(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else default


def own_articles():
    from gold import articles

    return [text for half in ("dev", "held") for _, text, _ in articles(half)]


def material(count, seed):
    """Originals (invented and the project's own) and their translations there and back, kept beside the temporary files."""
    from statements_texts import back_translate, news

    kept = Path(tempfile.gettempdir()) / f"blindspot-bench-{count}-{seed}.json"
    if kept.exists():
        return json.loads(kept.read_text())
    originals = news(count, seed) + own_articles()
    made = {"originals": originals, **{p: back_translate(originals, p) for p in PIVOTS}}
    kept.write_text(json.dumps(made))
    return made


def quality():
    import numpy as np

    from blindspot.measure.statements.copies import corpus, pairs, passages, share
    from blindspot.measure.statements.copies.compare import taken

    made = material(option("--articles", 600), option("--seed", 2))
    originals = made["originals"]
    n = len(originals)
    rows = []
    for pivot in PIVOTS:
        texts = originals + made[pivot]
        start = time.perf_counter()
        c = corpus(texts)
        linked = pairs(c)
        listed = time.perf_counter() - start
        hit, wrong, shares, worst = set(), [], [], 0.0
        for a, b in linked:
            found = passages(c, a, b)
            value = share(c, a, b, found)
            true = b - a == n
            flagged = taken(found, value)
            if true:
                shares.append(value)
                if flagged:
                    hit.add(a)
            else:
                worst = max(worst, value)
                if flagged:
                    wrong.append((a, b, round(value, 3)))
        negatives = (2 * n) * (2 * n - 1) // 2 - n
        rows.append(
            (
                f"blindspot, {pivot}",
                len(hit) / n,
                len(wrong),
                negatives,
                f"true share min {min(shares):.2f}, median {np.median(shares):.2f}; other pairs max {worst:.2f}; {time.perf_counter() - start:.0f} s ({listed:.1f} s candidates, {len(linked)} pairs aligned)",
            )
        )
        if wrong:
            print("flagged:", wrong[:5], file=sys.stderr)
    rows += peers(made)
    print(f"{n} texts ({n - len(own_articles())} invented, {len(own_articles())} own articles), each back-translated\n")
    print("| method, pivot | recall | false positives | of pairs | |\n|---|---|---|---|---|")
    for name, recall, wrong, negatives, note in rows:
        rate = "" if wrong is None else f"{wrong} ({wrong / negatives:.1e})"
        print(f"| {name} | {recall:.4f} | {rate} | {negatives} | {note} |")


def peers(made):
    python = option("--peers", "")
    if not python:
        return []
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(made, file)
        file.flush()
        out = subprocess.run([python, __file__, "peers", file.name], capture_output=True, text=True, check=True).stdout
    return [tuple(row) for row in json.loads(out)]


def run_peers():
    """MinHash (128 permutations, word 5-grams) through its LSH at 0.3 and 0.5; simhash (64 bits) at distance 3 and 10, word 3-grams."""
    from datasketch import MinHash, MinHashLSH

    made = json.loads(Path(sys.argv[2]).read_text())
    originals = made["originals"]
    n = len(originals)
    rows = []

    def grams(text, k):
        words = re.findall(r"\w+", text.lower())
        return {" ".join(words[i : i + k]) for i in range(len(words) - k + 1)}

    for pivot in PIVOTS:
        texts = originals + made[pivot]
        start = time.perf_counter()
        hashes = []
        for t in texts:
            m = MinHash(num_perm=128)
            m.update_batch([g.encode() for g in grams(t, 5)])
            hashes.append(m)
        for level in (0.5, 0.3):
            lsh = MinHashLSH(threshold=level, num_perm=128)
            for i, m in enumerate(hashes):
                lsh.insert(i, m)
            hit = wrong = 0
            for i, m in enumerate(hashes):
                for j in lsh.query(m):
                    if j > i and m.jaccard(hashes[j]) >= level:
                        hit, wrong = hit + (j - i == n), wrong + (j - i != n)
            rows.append(
                (
                    f"datasketch MinHash >= {level}, {pivot}",
                    hit / n,
                    wrong,
                    (2 * n) * (2 * n - 1) // 2 - n,
                    f"{time.perf_counter() - start:.0f} s",
                )
            )
        try:
            from simhash import Simhash
        except ImportError:
            continue
        start = time.perf_counter()
        values = [Simhash(sorted(grams(t, 3))).value for t in texts]
        for distance in (3, 10):
            hit = sum((values[i] ^ values[i + n]).bit_count() <= distance for i in range(n))
            wrong = sum(
                (values[i] ^ values[j]).bit_count() <= distance
                for i in range(2 * n)
                for j in range(i + 1, 2 * n)
                if j - i != n
            )
            rows.append(
                (
                    f"simhash distance <= {distance}, {pivot}",
                    hit / n,
                    wrong,
                    (2 * n) * (2 * n - 1) // 2 - n,
                    f"{time.perf_counter() - start:.0f} s",
                )
            )
    print(json.dumps(rows))


def run_passages():
    """Half of a back-translated text put into another: which of its paragraphs are found, and how often are others?"""
    from blindspot.measure.statements.copies import corpus, pairs, passages
    from statements_texts import half_copy

    made = material(option("--articles", 600), option("--seed", 2))
    originals, rng = made["originals"], random.Random(9)
    n = len(originals)
    print(
        "| pivot | paragraphs copied | found | recall | paragraphs not copied | flagged | rate | pairs found | other pairs flagged |\n|---|---|---|---|---|---|---|---|---|"
    )
    for pivot in PIVOTS:
        long = [i for i in range(n) if originals[i].count("\n\n") >= 2 and made[pivot][i].count("\n\n") >= 2]
        built = [
            (i, *half_copy(made[pivot][i], originals[long[(k + 11) % len(long)]], rng)) for k, i in enumerate(long)
        ]
        # the filler's own text is left out of the originals it is compared with
        texts = originals + [text for _, text, _ in built]
        c = corpus(texts)
        linked = set(pairs(c))
        copied = found = others = flagged = pair_hit = 0
        wrong = 0
        for k, (i, _text, spans) in enumerate(built):
            at = n + k
            filler = long[(k + 11) % len(long)]
            got = passages(c, i, at) if (i, at) in linked else []
            s = c.stems[at]
            covered = [(int(s.starts[p.b[0]]), int(s.ends[p.b[1] - 1])) for p in got]
            pair_hit += bool(got)
            for a, b, is_copy in spans:
                share = sum(max(0, min(b, y) - max(a, x)) for x, y in covered) / (b - a)
                copied, found = copied + is_copy, found + (is_copy and share >= 0.5)
                others, flagged = others + (not is_copy), flagged + (not is_copy and share >= 0.5)
            rnd = rng.randrange(n)
            if rnd not in (i, filler) and (rnd, at) in linked and passages(c, rnd, at):
                wrong += 1
        print(
            f"| {pivot} | {copied} | {found} | {found / copied:.3f} | {others} | {flagged} | {flagged / others:.4f} | {pair_hit}/{len(built)} | {wrong}/{len(built)} |"
        )


def scale():
    """All candidate pairs of N invented articles, a fresh process each, so that memory is told apart."""
    sizes = [int(x) for x in sys.argv[2:] if x.isdigit()] or [1000, 3000, 10_000, 30_000]
    print(
        "| texts | words | stems s | candidates s | s per 1,000 texts | pairs | true copies found | peak memory MB |\n|---|---|---|---|---|---|---|---|"
    )
    for n in sizes:
        print(
            subprocess.run(
                [sys.executable, __file__, "scale-one", str(n)], capture_output=True, text=True, check=True
            ).stdout.strip(),
            flush=True,
        )


def scale_one():
    from blindspot.measure.statements.copies import corpus, pairs
    from statements_texts import news

    n = int(sys.argv[2])
    rng = random.Random(4)
    texts = news(n - n // 20, 3)
    planted = [(rng.randrange(len(texts)), len(texts) + k) for k in range(n // 20)]
    texts += [". ".join(s for s in texts[i].split(". ") if rng.random() < 0.8) for i, _ in planted]
    words = sum(t.count(" ") for t in texts)
    start = time.perf_counter()
    c = corpus(texts)
    middle = time.perf_counter()
    linked = set(pairs(c))
    end = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    found = sum(p in linked for p in planted)
    print(
        f"| {n} | {words} | {middle - start:.1f} | {end - middle:.1f} | {1000 * (end - start) / n:.2f} | {len(linked)} | {found}/{len(planted)} | {memory} |"
    )


def attribution():
    from gold import articles, cover, match

    from blindspot.measure.statements.attribution import attribute
    from blindspot.measure.statements.model import Text

    print(
        "| half | articles | attributions | precision | recall | recall, quoted | right source | right anonymity | ms per article |\n|---|---|---|---|---|---|---|---|---|"
    )
    for half in ("dev", "held"):
        right = found_n = gold_n = quoted = quoted_hit = source = graded = graded_right = texts = 0
        seconds = 0.0
        for name, text, golds in articles(half):
            start = time.perf_counter()
            found = attribute(Text(name, text, "en"))
            seconds += time.perf_counter() - start
            linked = match(text, golds, found)
            hit = {i for i, _ in linked}
            texts, right, found_n, gold_n = texts + 1, right + len(linked), found_n + len(found), gold_n + len(golds)
            for i, g in enumerate(golds):
                if any(c in text[a:b] for a, b in g.content for c in '"“‘'):
                    quoted, quoted_hit = quoted + 1, quoted_hit + (i in hit)
            for i, j in linked:
                g, p = golds[i], found[j]
                ok = (
                    (p.source is None)
                    if not g.source
                    else p.source is not None and bool(cover(g.source, text) & cover([p.source], text))
                )
                source += ok
                if g.anonymity and ok:
                    graded, graded_right = graded + 1, graded_right + (g.anonymity == p.speaker.anonymity)
        print(
            f"| {half} | {texts} | {gold_n} | {right / found_n:.3f} | {right / gold_n:.3f} | {quoted_hit / quoted:.3f} ({quoted}) | {source / right:.3f} | {graded_right / graded:.3f} | {1000 * seconds / texts:.2f} |"
        )


if __name__ == "__main__":
    {
        "quality": quality,
        "passages": run_passages,
        "scale": scale,
        "scale-one": scale_one,
        "attribution": attribution,
        "peers": run_peers,
    }[sys.argv[1]]()
