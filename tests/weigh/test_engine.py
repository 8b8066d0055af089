"""The engine against a full joint table, and against published answers."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bif import read_bif
from blindspot.weigh.engine import plan


def joint(scopes, sizes, tables):
    """The plain reference: multiply everything into one table."""
    names = sorted(sizes)
    out = np.ones([sizes[n] for n in names])
    for scope, table in zip(scopes, tables, strict=True):
        order = sorted(range(len(scope)), key=lambda i: names.index(scope[i]))
        shape = [sizes[n] if n in scope else 1 for n in names]
        out = out * table.transpose(order).reshape(shape)
    return names, out


@st.composite
def networks(draw):
    count = draw(st.integers(2, 8))
    sizes = {f"v{i}": draw(st.integers(2, 3)) for i in range(count)}
    scopes = [("v0",)]
    for i in range(1, count):
        parents = draw(st.lists(st.integers(0, i - 1), max_size=3, unique=True))
        scopes.append((*(f"v{p}" for p in parents), f"v{i}"))
    return sizes, scopes, draw(st.integers(0, 2**31))


@settings(max_examples=80, deadline=None)
@given(networks())
def test_marginals_equal_the_joint_table(network):
    sizes, scopes, seed = network
    rng = np.random.default_rng(seed)
    rows = 5
    constant = rng.integers(0, 2, len(scopes)).astype(bool)
    tables = [
        rng.random([sizes[v] for v in s] + ([] if c else [rows])) + 0.01 for s, c in zip(scopes, constant, strict=True)
    ]
    asked = [str(v) for v in rng.permutation(list(sizes))[: rng.integers(1, len(sizes) + 1)]]
    found = plan(scopes, sizes, asked).marginals(tables, rows)
    for row in range(rows):
        names, whole = joint(scopes, sizes, [t if c else t[..., row] for t, c in zip(tables, constant, strict=True)])
        for name in asked:
            want = whole.sum(axis=tuple(k for k in range(len(names)) if names[k] != name))
            got = found[name][:, row]
            np.testing.assert_allclose(got / got.sum(), want / want.sum(), rtol=1e-10)


def test_log_z_is_the_sum_of_the_joint_table():
    scopes, sizes = [("a",), ("a", "b")], {"a": 2, "b": 3}
    tables = [np.array([0.2, 0.3]), np.arange(6.0).reshape(2, 3)]
    _, log_z = plan(scopes, sizes, ["b"]).run(lambda *_: tables, 1)
    assert log_z[0] == pytest.approx(np.log(0.2 * 3 + 0.3 * 12))


def test_more_than_52_variables_in_a_chain():
    count = 120
    sizes = {f"v{i}": 2 for i in range(count)}
    scopes = [("v0",), *((f"v{i}", f"v{i + 1}") for i in range(count - 1))]
    step = np.array([[0.9, 0.1], [0.2, 0.8]])
    tables = [np.array([1.0, 0.0])] + [step] * (count - 1)
    got = plan(scopes, sizes, [f"v{count - 1}"]).marginals(tables, 1)[f"v{count - 1}"][:, 0]
    want = np.array([1.0, 0.0]) @ np.linalg.matrix_power(step, count - 1)
    np.testing.assert_allclose(got / got.sum(), want, rtol=1e-9)


def test_hundreds_of_small_factors_do_not_underflow():
    scopes, sizes = [("a",)] * 800, {"a": 2}
    tables = [np.array([1e-3, 2e-3])] * 400 + [np.array([2e-3, 1e-3])] * 400
    got = plan(scopes, sizes, ["a"]).marginals(tables, 1)["a"][:, 0]
    assert got[0] / got.sum() == pytest.approx(0.5)


def test_a_long_chain_of_small_factors_does_not_underflow_at_any_variable():
    count = 300
    scopes = [(f"v{i}", f"v{i + 1}") for i in range(count)] + [(f"v{i}",) for i in range(count + 1)] * 2
    tables = [np.array([[3e-3, 1e-3], [1e-3, 3e-3]])] * count + [np.array([1e-3, 2e-3])] * (2 * count + 2)
    names = [f"v{i}" for i in range(count + 1)]
    program = plan(scopes, dict.fromkeys(names, 2), names)
    found, log_z = program.run(lambda *_: tables, 1)
    scaled, shift = [t * 1e3 for t in tables], len(tables) * np.log(1e3)
    forward, backward, logs = [np.ones(2)], [np.ones(2)], 0.0
    unary = scaled[-1] ** 2
    for _ in range(count):
        for side in (forward, backward):
            side.append((side[-1] * unary) @ scaled[0])
            side[-1] /= side[-1].max()
    for i, name in enumerate(names):
        want = forward[i] * unary * backward[count - i]
        np.testing.assert_allclose(found[name][:, 0] / found[name].sum(), want / want.sum(), rtol=1e-9)
    row = unary
    for _ in range(count):
        row = (row @ scaled[0]) * unary
        logs, row = logs + np.log(row.sum()), row / row.sum()
    assert log_z[0] == pytest.approx(logs - shift, rel=1e-12)


def test_parts_that_do_not_touch_and_an_impossible_row():
    scopes = [("a",), ("a", "b"), ("c",), (), ("d", "e"), ("d",)]
    sizes = dict.fromkeys("abcde", 2)
    tables = [np.array([[0.3, 0.0], [0.7, 0.0]]), np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([0.4, 0.6]), np.array(2.0),
              np.eye(2), np.array([0.25, 0.75])]  # fmt: skip
    found, log_z = plan(scopes, sizes, list("abcde")).run(
        lambda start, stop: [tables[0][:, start:stop], *tables[1:]], 2
    )
    want = {"a": [0.3, 0.7], "b": [0.41, 0.59], "c": [0.4, 0.6], "d": [0.25, 0.75], "e": [0.25, 0.75]}
    for name, p in want.items():
        np.testing.assert_allclose(found[name][:, 0] / found[name][:, 0].sum(), p)
    assert log_z[0] == pytest.approx(np.log(2.0))
    assert log_z[1] == -np.inf


def test_published_answers(shared):
    answers = [e for e in json.loads((shared / "weigh/expected/expected_posteriors.json").read_text()) if "file" in e]
    published = 0
    for entry in answers:
        net = read_bif(shared / "weigh" / entry["file"])
        evidence = [
            ((v,), np.array([float(s == state) for s in net.states[v]])) for v, state in entry["evidence"].items()
        ]
        sizes = {v: len(s) for v, s in net.states.items()}
        program = plan([*net.scopes, *(scope for scope, _ in evidence)], sizes, [entry["query"]])
        got = program.marginals([*net.arrays, *(table for _, table in evidence)], 1)[entry["query"]][:, 0]
        p = (got / got.sum())[net.states[entry["query"]].index(entry["state"])]
        if entry.get("published") is not None:
            published += 1
            assert p == pytest.approx(entry["published"], abs=1e-7), entry
        assert p == pytest.approx(entry["ours"], abs=1e-6), entry
    assert published == 9
