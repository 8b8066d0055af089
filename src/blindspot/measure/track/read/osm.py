"""Streets of an OpenStreetMap extract (.osm XML): crossings and the drivable ways between them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np

from blindspot.errors import UsageError
from blindspot.measure.track.baserate.synthetic import Streets

if TYPE_CHECKING:
    from pathlib import Path

    from blindspot.measure.track.model import Frame

DRIVABLE = frozenset(
    [
        "motorway",
        "motorway_link",
        "trunk",
        "trunk_link",
        "primary",
        "primary_link",
        "secondary",
        "secondary_link",
        "tertiary",
        "tertiary_link",
        "unclassified",
        "residential",
        "living_street",
        "service",
        "track",
        "road",
    ]
)


def read_streets(path: Path, frame: Frame) -> Streets:
    """Nodes and edges of every drivable way, in metres of the frame; one-way streets count both ways.

    Raises UsageError where the file is no OSM XML or holds no street.
    """
    with path.open("rb") as file:
        if b"<!DOCTYPE" in file.read(2000):
            raise UsageError(f"{path.name}: declares entities, which are not read here.")
    places: dict[str, tuple[float, float]] = {}
    pairs: list[tuple[str, str]] = []
    try:
        for _, element in ET.iterparse(path):  # noqa: S314 - entities are refused above
            if element.tag == "node":
                places[element.get("id", "")] = (float(element.get("lat", "nan")), float(element.get("lon", "nan")))
                element.clear()
            elif element.tag == "way":
                kinds = {t.get("v") for t in element if t.tag == "tag" and t.get("k") == "highway"}
                if kinds & DRIVABLE:
                    refs = [n.get("ref", "") for n in element if n.tag == "nd"]
                    pairs += pairwise(refs)
                element.clear()
    except (ET.ParseError, ValueError) as error:
        raise UsageError(f"{path.name}: is not OSM XML that can be read ({error}).") from error
    pairs = [(a, b) for a, b in pairs if a in places and b in places and a != b]
    if not pairs:
        raise UsageError(f"{path.name}: holds no drivable street. Export the roads of the area as .osm XML.")
    names = sorted({name for pair in pairs for name in pair})
    number = {name: k for k, name in enumerate(names)}
    x, y = frame.to_plane(np.array([places[n][0] for n in names]), np.array([places[n][1] for n in names]))
    edges = np.unique(np.sort([(number[a], number[b]) for a, b in pairs], axis=1), axis=0).astype(np.int64)
    return Streets(x, y, edges, np.hypot(x[edges[:, 0]] - x[edges[:, 1]], y[edges[:, 0]] - y[edges[:, 1]]))
