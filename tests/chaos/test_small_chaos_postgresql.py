"""The small form of `make chaos` on PostgreSQL, whose server is killed too. In a file of its own: it runs beside the
other one."""

from pathlib import Path

import pytest

from tests.chaos.plan import SMALL
from tests.chaos.postgres import binary
from tests.chaos.trial import try_it


@pytest.mark.parametrize("seed", [2])
@pytest.mark.skipif(binary("initdb") is None, reason="needs PostgreSQL's initdb and postgres")
def test_no_promise_is_broken_on_postgresql(seed: int, tmp_path: Path) -> None:
    outcome = try_it(seed, SMALL, tmp_path, on_postgresql=True)

    assert outcome.problems == (), f"seed {seed}, {outcome.broken}"
    assert outcome.rings >= SMALL.promises
