"""Pictures of a campaign: how often ranges hold, reliability of stated probabilities, ranks of true counts. SVG, no scripts."""

from html import escape

import numpy as np

from world.scores import column

INK, QUIET, OURS, NAIVE, BLIND, BAND = "#1c2430", "#8a94a3", "#2a6f97", "#b8562b", "#6b5b95", "#dfe9ee"
FONT = 'font-family="system-ui, sans-serif" font-size="13"'
BINS = 8


def _svg(width, height, parts, title):
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{escape(title)}" {FONT} fill="{INK}">'
    return (
        "\n".join(
            [
                head,
                f"<title>{escape(title)}</title>",
                f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
                *parts,
                "</svg>",
            ]
        )
        + "\n"
    )


def held_chart(rows):
    """Rows (question, share, low, high, whether 90 % is meant): a dot with its interval; the band asked for is shaded."""
    left, right, top, step = 250, 760, 40, 22
    height = top + step * len(rows) + 40

    def x(p):
        return left + (right - left) * (p - 0.5) / 0.5

    parts = [
        f'<rect x="{x(0.85):.1f}" y="{top - 12}" width="{x(0.95) - x(0.85):.1f}" height="{step * len(rows) + 8}" fill="{BAND}"/>'
    ]
    for p in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        parts.append(
            f'<line x1="{x(p):.1f}" x2="{x(p):.1f}" y1="{top - 12}" y2="{height - 40}" stroke="{QUIET}" stroke-width="0.5"/>'
        )
        parts.append(f'<text x="{x(p):.1f}" y="{height - 20}" text-anchor="middle" fill="{QUIET}">{p:.0%}</text>')
    parts.append(
        f'<text x="{left}" y="18">share of stated ranges that hold the truth, with its 95 % interval; shaded: asked for</text>'
    )
    for k, (name, share, low, high, ninety) in enumerate(rows):
        y = top + step * k
        parts.append(f'<text x="{left - 12}" y="{y + 4}" text-anchor="end">{escape(name)}</text>')
        parts.append(
            f'<line x1="{x(max(low, 0.5)):.1f}" x2="{x(high):.1f}" y1="{y}" y2="{y}" stroke="{OURS if ninety else QUIET}" stroke-width="2"/>'
        )
        fill = OURS if ninety else "#ffffff"
        parts.append(
            f'<circle cx="{x(max(share, 0.5)):.1f}" cy="{y}" r="4.5" fill="{fill}" stroke="{OURS if ninety else QUIET}" stroke-width="1.5"/>'
        )
    return _svg(800, height, parts, "How often stated ranges hold the truth")


def reliability_chart(found, questions):
    """Small diagrams, one per question: stated probability across, share that was so upwards; ours, naive, blind."""
    size, gap, across = 190, 60, 3
    down = -(-len(questions) // across)
    width, height = across * (size + gap) + 40, down * (size + gap + 10) + 60
    ways = (("median", OURS, "ours"), ("naive", NAIVE, "naive counting"), ("blind", BLIND, "every view taken as full"))
    parts = []
    for k, (_, colour, name) in enumerate(ways):
        parts.append(
            f'<circle cx="{50 + 190 * k}" cy="20" r="5" fill="{colour}"/><text x="{62 + 190 * k}" y="24">{name}</text>'
        )
    for k, question in enumerate(questions):
        ox, oy = 50 + (k % across) * (size + gap), 60 + (k // across) * (size + gap + 10)
        parts.append(
            f'<rect x="{ox}" y="{oy}" width="{size}" height="{size}" fill="none" stroke="{QUIET}" stroke-width="0.7"/>'
        )
        parts.append(
            f'<line x1="{ox}" y1="{oy + size}" x2="{ox + size}" y2="{oy}" stroke="{QUIET}" stroke-width="0.7" stroke-dasharray="4 4"/>'
        )
        parts.append(f'<text x="{ox}" y="{oy - 8}">{escape(question)}</text>')
        parts.append(
            f'<text x="{ox}" y="{oy + size + 16}" fill="{QUIET}">0</text><text x="{ox + size}" y="{oy + size + 16}" text-anchor="end" fill="{QUIET}">stated 1</text>'
        )
        so = column(found[question], "so")
        for name, colour, _ in ways:
            p = column(found[question], name)
            parts += _points(p, so, ox, oy, size, colour)
    return _svg(width, height, parts, "Reliability of stated probabilities")


def _points(p, so, ox, oy, size, colour):
    good = np.isfinite(p) & np.isfinite(so)
    p, so = p[good], so[good]
    index = np.minimum((p * BINS).astype(int), BINS - 1)
    parts, line = [], []
    for b in range(BINS):
        inside = index == b
        n = int(inside.sum())
        if n < 5:
            continue
        stated, share = float(p[inside].mean()), float(so[inside].mean())
        spread = 1.96 * np.sqrt(max(share * (1 - share), 0.25 / n) / n)
        cx, cy = ox + stated * size, oy + (1 - share) * size
        top, bottom = oy + (1 - min(share + spread, 1)) * size, oy + (1 - max(share - spread, 0)) * size
        parts.append(
            f'<line x1="{cx:.1f}" x2="{cx:.1f}" y1="{top:.1f}" y2="{bottom:.1f}" stroke="{colour}" stroke-width="1" opacity="0.5"/>'
        )
        parts.append(f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="{2 + 4 * np.sqrt(n / len(p)):.1f}" fill="{colour}"/>')
        line.append(f"{cx:.1f},{cy:.1f}")
    return [
        f'<polyline points="{" ".join(line)}" fill="none" stroke="{colour}" stroke-width="1" opacity="0.6"/>',
        *parts,
    ]


def rank_chart(found, questions):
    """Histograms of the ranks of true counts in their stated distributions; flat is right, the band is what chance allows."""
    size, gap = 240, 60
    parts = []
    for k, question in enumerate(questions):
        ranks = column(found[question], "rank")
        counts, _ = np.histogram(ranks[np.isfinite(ranks)], bins=10, range=(0, 1))
        n, top = counts.sum(), max(counts.max() * 1.15, 1)
        ox, oy, high = 50 + k * (size + gap), 40, 150
        even, spread = n / 10, 1.96 * np.sqrt(n * 0.09)
        parts.append(f'<text x="{ox}" y="{oy - 14}">{escape(question)}: rank of the truth</text>')
        parts.append(
            f'<rect x="{ox}" y="{oy + high * (1 - (even + spread) / top):.1f}" width="{size}" height="{high * 2 * spread / top:.1f}" fill="{BAND}"/>'
        )
        for b, count in enumerate(counts):
            h = high * count / top
            parts.append(
                f'<rect x="{ox + size * b / 10 + 1:.1f}" y="{oy + high - h:.1f}" width="{size / 10 - 2:.1f}" height="{h:.1f}" fill="{OURS}" opacity="0.8"/>'
            )
        parts.append(
            f'<text x="{ox}" y="{oy + high + 16}" fill="{QUIET}">0</text><text x="{ox + size}" y="{oy + high + 16}" text-anchor="end" fill="{QUIET}">1</text>'
        )
    return _svg(40 + len(questions) * (size + gap), 230, parts, "Ranks of true counts")
