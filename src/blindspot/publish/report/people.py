"""Who died, how many, and who said so? The tables of the people room, and its section of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blindspot.publish.report.tables import Records


def people_tables(found: Mapping[str, Any]) -> dict[str, Records]:
    """`persons_linked`, `persons_unresolved`, `tolls`, `grades`, `undercount`; empty where the room had nothing to read."""
    return {
        "persons_linked": [
            {
                "id": p["id"],
                "names": "; ".join(p["names"]),
                "age_low": p["age"][0] if p["age"] else "",
                "age_high": p["age"][1] if p["age"] else "",
                "ages_stated": "; ".join(p["ages_stated"]),
                "lists": "; ".join(p["lists"]),
                "rows": "; ".join(p["rows"]),
            }
            for p in found.get("persons", ())
        ],
        "persons_unresolved": [
            {"a": u["a"], "b": u["b"], "name_a": u["names"][0], "name_b": u["names"][1], "p": u["p"], "because": u["because"]}
            for u in found.get("unresolved_because", ())
        ],
        "undercount": list(found.get("undercount", {}).get("models", ())),
        "tolls": list(found.get("by_source", ())),
        "grades": [
            {
                "rule_book": g["rule_book"], "title": g["title"], "as_of": g["as_of"], "grade": g["grade"], "why": g["why"],
                "because": "; ".join(g["because"]), "would_change": "; ".join(f"without {i}: {then}" for i, then in g["would_change"]),
            }
            for g in found.get("grades", ())
        ],
    }  # fmt: skip


def shown(found: Mapping[str, Any]) -> dict[str, Any]:
    """What the section draws: the toll, the pictures and the checks; empty where there is nothing."""
    if not found.get("persons") and not found.get("by_source"):
        return {}
    from markupsafe import Markup

    from blindspot.measure.people import pictures

    draw = {
        "matrix": pictures.persons_by_lists,
        "over_time": pictures.figures_over_time,
        "spellings": pictures.spellings,
    }
    estimated = found.get("undercount", {})
    models = {"models": pictures.estimates_by_model(estimated)} if estimated.get("models") else {}
    return {
        "toll": found["toll"],
        "undercount": estimated,
        "checks": found["checks"],
        "withheld": {k.replace("_", " "): n for k, n in found["withheld"].items() if n},
        **{name: Markup(svg) for name, svg in (models | {n: f(found) for n, f in draw.items()}).items()},  # noqa: S704  # every text in it is escaped there
    }
