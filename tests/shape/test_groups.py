"""Do costly simulations run once? The groups of xdist must be known to it: a pytest that it does not fit ignores them in silence."""

import os

import pytest


@pytest.mark.xdist_group("groups")
@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="one process: nothing is shared out")
def test_a_group_stands_in_the_id_of_its_tests(request):
    assert request.node.nodeid.endswith("@groups")
