"""The REST part of docs/simulator.md."""

import re
from pathlib import Path

import pytest

from simulator import call_forms, invitations, messages_rest, participant_forms
from simulator.rest import CALL_FILTERS

SPOKEN = {
    "orders": call_forms.ORDERS,
    "changes": call_forms.CHANGES,
    "call filters": {name.rstrip("<>") for name in CALL_FILTERS - {"PageToken"}},
    "participants": participant_forms.CHANGES,
    "invitations": invitations.FIELDS,
    "messages": messages_rest.FIELDS,
}


@pytest.mark.parametrize("what", SPOKEN)
def test_every_parameter_that_rest_takes_is_in_the_documentation(repo_root: Path, what: str) -> None:
    text = (repo_root / "docs" / "simulator.md").read_text()
    [section] = re.findall(r"## REST\n(.*?)\n## ", text, re.DOTALL)

    assert set(SPOKEN[what]) - set(re.findall(r"`(\w+)`", section)) == set()
