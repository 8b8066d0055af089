"""Who may speak to the app: attempts from outside, each refused in words, none with effect."""

from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from blindspot.cli.opening import works
from blindspot.publish.app import application
from blindspot.publish.app.guard import MOST_BODY

from .conftest import HOST


def hand(case):
    return {p.name: p.read_bytes() for p in case.iterdir() if p.is_file()}


def test_a_link_works_once(case):
    app, door = application(case, works(), frozenset({HOST}))
    token = door.invite()
    first, second = (TestClient(app, base_url=f"http://{HOST}") for _ in range(2))
    assert first.get(f"/?token={token}", follow_redirects=False).status_code == 303
    assert second.get(f"/?token={token}", follow_redirects=False).status_code == 403
    cookie = next(c for c in first.cookies.jar if c.name == "blindspot_session")
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite").lower() == "strict"
    assert first.get("/weigh").status_code == 200
    assert second.get("/weigh").status_code == 403


def test_nothing_is_told_without_a_session(case):
    app, _ = application(case, works(), frozenset({HOST}))
    client = TestClient(app, base_url=f"http://{HOST}")
    for path in (
        "/",
        "/weigh",
        "/report",
        "/api/table?file=claims.csv",
        "/openapi.json",
        "/static/app.js",
        "/style.css",
    ):
        answer = client.get(path)
        assert answer.status_code == 403, path
        assert "Kabul" not in answer.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:8765", ""])
def test_another_host_name_is_refused(browse, host):
    assert browse.client.get("/weigh", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_is_refused_and_changes_nothing(browse, case, headers):
    before = hand(case)
    assert browse.client.get("/weigh", headers=headers).status_code == 403
    body = {"kind": "cell", "file": "sources.csv", "key": "centcom_first", "column": "note", "old": "", "new": "x"}
    assert browse.post("change", body, **headers).status_code == 403
    assert hand(case) == before


def test_a_write_without_its_token_is_refused(browse, case):
    before = hand(case)
    for token in ("", "x", "ü"):
        answer = browse.client.post("/api/undo", json={}, headers={"X-CSRF-Token": token.encode("utf-8")})
        assert answer.status_code == 403
    assert hand(case) == before


def test_large_bodies_are_refused_with_and_without_a_length(browse, case):
    before = hand(case)
    large = b'{"new":"' + b"x" * MOST_BODY + b'"}'

    def pieces():
        for i in range(0, len(large), 65536):
            yield large[i : i + 65536]

    for body in (large, pieces()):
        answer = browse.client.post("/api/change", content=body, headers={"X-CSRF-Token": browse.csrf})
        assert answer.status_code == 413
        assert "larger than" in answer.json()["error"]
    assert hand(case) == before


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"nonsense", b"\xff\xfe", b"[" * 100_000, b'{"kind": 1}', b'{"kind": "cell"}']
)
def test_odd_bodies_are_answered_in_words(browse, raw):
    answer = browse.client.post("/api/change", content=raw, headers={"X-CSRF-Token": browse.csrf})
    assert answer.status_code in {400, 422}
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "file",
    ["../secret.csv", "/etc/passwd", "out/report.html", "custody.jsonl", "evidence/x", "made/x.csv", "lists/../../x.csv",
     "lists/%2e%2e/x.csv", "assessments/../sources.csv", "sources.csv\0", "release.secret", "assessments/other.csv", ".", ""],
)  # fmt: skip
def test_no_path_leads_out_of_the_tables(browse, case, file):
    before = hand(case)
    assert browse.get("table", file=file).status_code == 422
    assert browse.post("change", {"kind": "add", "file": file, "key": "a", "new": {"id": "a"}}).status_code == 422
    for path in (f"/media/{quote(file)}", f"/static/{quote(file)}"):
        assert browse.client.get(path).status_code in {404, 405, 422}
    assert hand(case) == before


def test_every_answer_forbids_what_is_not_ours(browse):
    for path in ("/weigh", "/api/version", "/static/app.js", "/nowhere"):
        headers = browse.client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in headers
