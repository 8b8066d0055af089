"""A sheet of public statements as people keep it -> bounds: the real one, its units and words, and every wrong cell."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from blindspot.case.flightclaims import read_flight_claims
from blindspot.case.sorties import Base
from blindspot.cli import cli
from blindspot.errors import CaseError

KABUL = Path(__file__).resolve().parents[3] / "cases" / "kabul-2021-08-29"
BASES = (
    Base(id="udeid", name="Al Udeid, Qatar", icao="OTBH"),
    Base(id="bagram", name="Bagram, Afghanistan", icao="OAIX"),
)
HEAD = "id,quantity,value,unit,quote\n"


def read(tmp_path, text):
    problems = []
    (tmp_path / "s.csv").write_text(text, encoding="utf-8")
    found = [said for said, _ in read_flight_claims(tmp_path / "s.csv", BASES, problems)]
    return found, [str(p) for p in problems]


@pytest.mark.shared
def test_the_real_sheet_names_who_contradicts_whom(shared):
    sheet = shared / "coverage" / "claims_over_the_horizon.csv"
    result = CliRunner().invoke(cli, ["sorties", str(KABUL), "--statements", str(sheet), "--json"])
    assert result.exit_code == 0, result.exception
    found = json.loads(result.stdout)
    said = {s["id"]: s for s in found["statements"]}
    assert not said["nyt8h"]["holds"]
    assert said["nyt8h"]["needs"] == pytest.approx(586, abs=1)
    kurilla = {"kurilla_share", "kurilla_endurance", "kurilla_interval"}
    assert any(kurilla <= set(f["ids"]) for f in found["together"])
    assert ["kurilla_share"] in [a["ids"] for a in said["cnn60"]["against"]]
    assert "judgement" in said["cruise230"]["basis"]
    assert {c["id"] for c in found["context"]} == {"mckenzie23", "cap66", "child2min"}


@pytest.mark.parametrize(
    ("row", "quantity", "low", "high"),
    [
        ("a,transit share of flight time,0.6,fraction (upper),", "transit_share", None, 0.6),
        ("a,transit share,60,percent (up to),", "transit_share", None, 0.6),
        ("a,endurance,18,hours (16-20),", "endurance_h", 16, 20),
        ("a,endurance,27,hours (37 with tanks),", "endurance_h", 27, 37),
        ("a,endurance,90,minutes (lower),", "endurance_h", 1.5, None),
        ("a,top speed,230,mph,", "speed_kmh", 230 * 1.609344 * 0.95, 230 * 1.609344 * 1.05),
        ("a,speed_kmh,100-120,knots,", "speed_kmh", 185.2, 222.24),
        ("a,range,1000,nm,", "range_km", 1852 * 0.95, 1852 * 1.05),
        ("a,aircraft per patrol,3.5,aircraft (3-4),", "aircraft_per_orbit", 3, 4),
        ("a,take-off interval,10,hours,", "takeoff_interval_h", 9.5, 10.5),
        ("a,transit share,0.99,fraction,", "transit_share", 0.99 * 0.95, 1.0),
        ("a,what was left of it,3,percent,", "context", None, None),
    ],
)
def test_words_and_units_become_bounds(tmp_path, row, quantity, low, high):
    (said,), problems = read(tmp_path, HEAD + row + "\n")
    assert problems == []
    assert said.quantity == quantity
    assert said.at_least == (None if low is None else pytest.approx(low))
    assert said.at_most == (None if high is None else pytest.approx(high))


def test_bases_are_found_by_name_and_a_base_by_its_country(tmp_path):
    found, problems = read(
        tmp_path,
        HEAD
        + "a,round trip from Al Udeid,8,hours (upper),\nb,base,,,flown from facilities in Qatar\nc,base,,,from the sea\n",
    )
    assert problems == []
    assert [(s.quantity, s.base) for s in found] == [
        ("round_trip_h", ("udeid",)),
        ("base", ("udeid",)),
        ("context", ()),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + "a,endurance,x,hours,\n", ":2:value: is not a range"),
        (HEAD + "a,endurance,20,mph,\n", ":2:unit: is a unit of another kind"),
        (HEAD + "a,speed,20,furlongs,\n", ":2:unit: is not a unit that is known here"),
        (HEAD + "a,transit share,60,fraction (upper),\n", ":2:value: is above 1"),
        (HEAD + "a,transit share,155,percent,\n", ":2:value: is above 100"),
        (HEAD + "a,endurance,20,hours,\na,endurance,21,hours,\n", ":3:id: stands twice"),
        (HEAD + ",endurance,20,hours,\n", ":2:id:"),
        (HEAD + "a,endurance,20\n", ":2: has 3 cells"),
        ("id,quantity,value\na,endurance,20\n", ":1:unit: is missing"),
        (HEAD[:-1] + ",colour\na,endurance,20,hours,,red\n", ":1:colour: is not a column"),
        ("", "is empty"),
    ],
)
def test_wrong_cells_are_named(tmp_path, text, said):
    _, problems = read(tmp_path, text)
    assert any(said in p for p in problems), problems


def test_unknown_airfields_and_countries_are_named_by_row_and_a_wrong_table_is_not_called_empty(tmp_path):
    root = shutil.copytree(KABUL, tmp_path / "case", ignore=shutil.ignore_patterns("made", "out"))
    file = root / "sorties.toml"
    text = file.read_text(encoding="utf-8")

    def said(new):
        file.write_text(new, encoding="utf-8")
        return CliRunner().invoke(cli, ["sorties", str(root)]).exception.diagnostics()

    row = 1 + text.splitlines().index('icao = "OTBH"')
    told = said(text.replace('"OTBH"', '"ZZZZ"') + '[[closed]]\ncountry = "Iraan"\n')
    assert f"sorties.toml:{row}:base." in told
    assert "ZZZZ: is not in the packaged table" in told
    assert "did you mean Iran" in told
    only = (
        'place = "p"\nturnaround_h = "3"\n[[places]]\nid = "p"\nlat = 34.0\nlon = 69.0\n[[base]]\nid = "b"\nname = "B"\nlat = 95.0\n'
        'lon = 51.0\n[[aircraft]]\nid = "a"\nname = "A"\nendurance_h = "1200"\nspeed_kmh = "300"\n'
    )
    told = said(only)
    assert "sorties.toml:10:base.0.lat: is above 90" in told
    assert "sorties.toml:15:aircraft.0.endurance_h: is outside" in told
    assert "is empty" not in told
    file.write_text(only.replace("95.0", "25.0").replace("1200", "6"), encoding="utf-8")
    (root / "flight_claims.csv").unlink(missing_ok=True)
    for more in ([], ["--all"], ["-o", str(tmp_path / "out")]):  # no base has a phase, too
        found = CliRunner().invoke(cli, ["sorties", str(root), *more])
        assert found.exception is None
        assert "a cannot reach p from b and come back" in found.stdout


def test_a_sheet_in_the_case_is_checked_and_stands_beside_its_other_statements(tmp_path):
    root = shutil.copytree(KABUL, tmp_path / "case", ignore=shutil.ignore_patterns("made", "out"))
    (root / "flight_claims.csv").write_text(HEAD + "mine,endurance,30,hours,\n", encoding="utf-8")
    ids = {s["id"] for s in json.loads(CliRunner().invoke(cli, ["sorties", str(root), "--json"]).stdout)["statements"]}
    assert ids >= {"mine", "cnn60"}
    (root / "flight_claims.csv").write_text(HEAD + "cnn60,endurance,30,hours,\nb,speed,9,kmh x,\n", encoding="utf-8")
    result = CliRunner().invoke(cli, ["check", str(root)])
    assert isinstance(result.exception, CaseError)
    assert "flight_claims.csv:2:id: stands twice (got 'cnn60')" in result.exception.diagnostics()
    (root / "flight_claims.csv").unlink()
    result = CliRunner().invoke(cli, ["sorties", str(root), "--statements", str(tmp_path / "none.csv")])
    assert "there" in result.exception.diagnostics()
