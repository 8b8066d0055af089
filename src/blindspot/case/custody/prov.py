"""The log and the derived results as W3C PROV (PROV-JSON): entities, activities, agents, and what came from what."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.case.custody.model import Line


def provenance(root: Path, lines: list[Line]) -> dict[str, Any]:
    """A PROV-JSON document of everything that the log says was done, and of the results in made/."""
    entity: dict[str, Any] = {}
    activity: dict[str, Any] = {}
    agent: dict[str, Any] = {}
    links: dict[str, dict[str, Any]] = {"wasGeneratedBy": {}, "used": {}, "wasAssociatedWith": {}, "wasDerivedFrom": {}}

    def link(kind: str, **ends: str) -> None:
        links[kind][f"_:{kind}{len(links[kind])}"] = {f"prov:{k}": v for k, v in ends.items()}

    for line in lines:
        act = f"log:line-{line.n}"
        activity[act] = {"prov:type": line.act, "prov:startTime": line.says["when"], "prov:endTime": line.says["when"]}
        who = "who:" + str(line.says.get("by") or "unknown")
        agent[who] = {"prov:type": "prov:Person"}
        how = "tool:" + str(line.says["tool"])
        agent[how] = {"prov:type": "prov:SoftwareAgent"}
        link("wasAssociatedWith", activity=act, agent=who)
        link("wasAssociatedWith", activity=act, agent=how)
        if line.act == "ingest":
            thing = f"sha256:{line.says['sha256']}"
            entity[thing] = {
                "prov:label": line.says["name"],
                "blindspot:bytes": line.says["bytes"],
                "prov:location": line.says["file"],
            }
            link("wasGeneratedBy", entity=thing, activity=act)
            if line.says.get("source"):
                entity[f"source:{line.n}"] = {"prov:location": line.says["source"]}
                link("wasDerivedFrom", generatedEntity=thing, usedEntity=f"source:{line.n}", activity=act)
        for used in line.says.get("used", {}).values():
            entity.setdefault(f"sha256:{used}", {})
            link("used", activity=act, entity=f"sha256:{used}")
        for made in line.says.get("made", {}).values():
            entity.setdefault(f"sha256:{made}", {})
            link("wasGeneratedBy", entity=f"sha256:{made}", activity=act)
            for used in line.says.get("used", {}).values():
                link("wasDerivedFrom", generatedEntity=f"sha256:{made}", usedEntity=f"sha256:{used}", activity=act)
    for path in sorted((root / "made").glob("*.made.json")):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # made/ is disposable: what cannot be read was not made
        act, thing = f"stage:{record['stage']}", f"result:{record['key']}"
        activity[act] = {"prov:type": "stage", "prov:endTime": record["when"], "blindspot:method": record["method"]}
        entity[thing] = {"prov:label": record["stage"]}
        link("wasGeneratedBy", entity=thing, activity=act)
        for name, digest in record["files"].items():
            entity.setdefault(f"sha256:{digest}", {"prov:location": name})
            link("used", activity=act, entity=f"sha256:{digest}")
            link("wasDerivedFrom", generatedEntity=thing, usedEntity=f"sha256:{digest}", activity=act)
    names = {
        name: f"urn:blindspot:{name}:" for name in ("log", "who", "tool", "source", "stage", "result", "blindspot")
    }
    return {
        "prefix": {"sha256": "urn:sha256:", **names},
        "entity": entity,
        "activity": activity,
        "agent": agent,
        **links,
    }
