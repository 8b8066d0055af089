import shutil

import pytest
from starlette.testclient import TestClient

from blindspot.cli.opening import works
from blindspot.publish.app import application

HOST = "127.0.0.1:8765"


@pytest.fixture(scope="session")
def prepared(kabul, once):
    """The Kabul case, weighed once, so that a copy of it starts warm."""

    def make(root):
        folder = shutil.copytree(kabul, root / "kabul", ignore=shutil.ignore_patterns("made", "out"))
        works().result(folder, "weigh")

    return once("desk", make) / "kabul"


@pytest.fixture
def case(prepared, tmp_path):
    return shutil.copytree(prepared, tmp_path / "kabul")


class Browser:
    """One browser with its session: `get` and `post` as the pages do."""

    def __init__(self, app, door):
        self.client = TestClient(app, base_url=f"http://{HOST}", raise_server_exceptions=True)
        answer = self.client.get(f"/?token={door.invite()}", follow_redirects=False)
        assert answer.status_code == 303
        page = self.client.get("/weigh").text
        self.csrf = page.split('name="csrf" content="')[1].split('"')[0]

    def get(self, name, **query):
        return self.client.get(f"/api/{name}", params=query)

    def post(self, name, body=None, **headers):
        return self.client.post(f"/api/{name}", json=body or {}, headers={"X-CSRF-Token": self.csrf, **headers})

    def cell(self, file, key, column):
        sheet = self.get("table", file=file).json()
        row = next(r for r in sheet["rows"] if r["key"] == key)
        return row["cells"][sheet["columns"].index(column)]

    def change(self, file, key, column, new, old=None):
        old = self.cell(file, key, column) if old is None else old
        body = {"kind": "cell", "file": file, "key": key, "column": column, "old": old, "new": new}
        return self.post("change", body)


@pytest.fixture
def opened(case):
    """The app of a case, and a way to open browsers on it."""
    app, door = application(case, works(), frozenset({HOST}))
    return lambda: Browser(app, door)


@pytest.fixture
def browse(opened):
    return opened()
