"""The small form of `make chaos`: everything dies, nothing is broken."""

from pathlib import Path

import pytest

from tests.chaos.plan import KILLED, LARGE, SMALL, plan
from tests.chaos.trial import try_it


@pytest.mark.parametrize("seed", [1])
def test_no_promise_is_broken_on_sqlite(seed: int, tmp_path: Path) -> None:
    outcome = try_it(seed, SMALL, tmp_path)

    assert outcome.problems == (), f"seed {seed}, {outcome.broken}"
    assert outcome.rings >= SMALL.promises


def test_the_seed_decides_everything() -> None:
    assert plan(7, LARGE, database_dies=True) == plan(7, LARGE, database_dies=True)
    assert plan(7, LARGE, database_dies=True) != plan(8, LARGE, database_dies=True)


def test_every_kind_of_process_dies_in_both_sizes() -> None:
    for size in (SMALL, LARGE):
        struck = {blow.what for blow in plan(1, size, database_dies=True).blows if isinstance(blow.what, str)}
        assert struck == {*KILLED, "database"}
