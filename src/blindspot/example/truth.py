"""What was so? The truth of an incident as plain data, for `truth.json` beside the case: no stage reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blindspot.example.happening import Incident, Scene


def truth(found: Incident) -> dict[str, Any]:
    """Answers, facts, people, and every number of the world with the range that the case states for it."""
    told = found.told
    dead = [found.driver, *(p for p in found.people if p.died)]
    return {
        "about": "What was so in this invented incident. No stage reads this file; delete it before you give the case to somebody to solve.",
        "seed": found.options.seed,
        "hard": list(found.options.hard),
        "answers": told.answers,
        "facts": told.so,
        "shows": told.shows,
        "modes": told.modes,
        "team_primed": told.primed,
        "dead": {  # the driver among them
            "all": len(dead),
            "children": sum(p.age < 18 for p in dead),
            "on_a_list": len({row["who"] for rows in found.lists.values() for row in rows}),
            "children_on_a_list": len({row["who"] for rows in found.lists.values() for row in rows} & {p.id for p in dead if p.age < 18}),
        },
        "scenes": {"yard": _scene(found.yard), "house": _scene(found.house)},
        "same_car": found.same,
        "visited": found.day.visited(),
        "stops": found.stops,
        "flights": {
            "used": found.flights.used,
            "aircraft": found.flights.aircraft,
            "bases": {
                name: {"km": round(b.km, 2), "transit_share": b.transit_share, "on_station_h": b.on_station_h, "cover": list(b.cover)}
                for name, b in found.flights.bases.items()
            },
        },
        "chances": found.chances,
        "numbers": {name: {"true": k.true, "stated": [k.low, k.high]} for name, k in sorted(told.known.items())},
        "custody_numbers": {name: {"true": k.true, "stated": [k.low, k.high]} for name, k in sorted(found.custody.items())},
        "lanes": {"mean": found.counted.mean, "found": found.counted.found, "there": found.counted.there.tolist()},
        "people": [
            {"id": p.id, "name": " ".join(p.name.latin), "name_local": " ".join(p.name.arabic), "age": p.age, "sex": p.sex, "outdoors": p.outdoors, "died": p.died}
            for p in (found.driver, *found.people)
        ],
        "rows": {f"{name}:{row['id']}": row["who"] for name, rows in found.lists.items() for row in rows},
    }  # fmt: skip


def _scene(scene: Scene) -> dict[str, Any]:
    return {
        "present": len(scene.crowd.of),
        "children": int(scene.crowd.child.sum()),
        "outdoors": int(scene.crowd.outdoors.sum()),
        "noticed": scene.noticed,
        "local_hour": scene.hour,
        "numbers": {name: {"true": k.true, "stated": [k.low, k.high]} for name, k in sorted(scene.known.items())},
    }
