"""The vehicle on the page: a hundred days counted out, links that nobody multiplied, the law's own test."""

import re

from blindspot.measure.track.custody.chain import chain_table, custody_of
from blindspot.measure.track.custody.spread import judged
from blindspot.measure.track.settings import Custody
from blindspot.publish.report.tracked import tracked

TABLE = {
    "id": "stops", "seen": 3, "of_100_ordinary_days": [2.0, 10.7, 34.1], "lr": {"low": 0.1, "median": 1.0, "high": 9.0},
    "visit": {"kind": "stop", "radius_m": 100.0, "least_s": 180.0}, "background": {"synthetic": True, "vehicle_days": 120},
}  # fmt: skip
GAP = {"id": "trees", "seconds": "2-8", "count": 3}


def custody(**links):
    told = {"id": "car", "hours": "8", "density_km2": "10-60", "passes": "0.1-0.6", "gap": [GAP], **links}
    return {"custody": [chain_table(custody_of(Custody.model_validate(told)))], "reliability": judged()}


def test_a_hundred_days_are_a_hundred_boxes():
    (days,) = tracked({"base-rate": {"base_rates": [TABLE]}})["days"]
    drawn = str(days["figure"])
    assert [len(re.findall(f'<rect class="{kind}"', drawn)) for kind in ("dot", "unsettled", "grid")] == [2, 32, 66]
    assert "11 [2 to 34]" in drawn


def test_vehicle_driver_and_person_are_links_of_their_own():
    (chain,) = tracked({"custody": custody(driver="0.8-0.99", driver_basis="co-workers")})["chains"]
    assert [link["link"] for link in chain["links"]] == [
        "same vehicle",
        "same driver, given the vehicle",
        "the person named, given the driver",
    ]
    assert [link["said"] for link in chain["links"]][1:] == ["80 to 99\xa0%", "open"]
    assert chain["links"][1]["basis"] == "co-workers"
    assert chain["links"][2]["basis"] == "no number was given"


def test_the_laws_own_test_stands_beside_it():
    found = tracked({"custody": custody()})
    assert [row["gap"] for row in found["judged"]] == ["30 s", "60 s", "180 s", "420 s", "900 s"]
    assert all(float(row["error"]) <= 0.05 for row in found["judged"])
    assert "said 50" in str(found["judged"][0]["figure"])
    assert tracked({}) == {"days": [], "chains": [], "judged": [], "source": "", "pictured": False}
