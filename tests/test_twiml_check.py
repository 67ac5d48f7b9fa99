"""The check that every test's documents go through finds what the package could not have written."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.twiml_rules import RULES
from twiml_check import documents_in, elements, mistakes

APPLICATION = """
import pytest
from flask import Flask

@pytest.mark.parametrize("document", [{good!r}, {bad!r}])
def test_an_application_answers(document):
    app = Flask("voice")
    app.add_url_rule("/", view_func=lambda: document)
    assert app.test_client().get("/").status_code == 200
"""
GOOD = "<Response><Gather><Say>hello</Say></Gather></Response>"
BAD = '<Response><Gather><Dial volume="11"/></Gather></Response>'


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (GOOD, []),
        (BAD, ["<Dial> may not stand in <Gather>"]),
        (
            '<Response><Say volume="11">x</Say><say/></Response>',
            ["<Say> has no attribute volume", "<say> may not stand in <Response>"],
        ),
        ("<Dial/>", ["<Dial> is no document"]),
        ('<Response><Message to="+821012345678"><Body>x</Body></Message></Response>', []),
        ("<Response><Message><Say/></Message></Response>", ["<Say> may not stand in <Message>"]),
        # What a verb holds as text is no attribute.
        ('<Response><Say message="x"/></Response>', ["<Say> has no attribute message"]),
        ('<Response><Start><Stream url="wss://x"><Parameter name="a" value="b"/></Stream></Start></Response>', []),
    ],
)
def test_what_the_package_could_not_have_written_is_found(document: str, found: list[str]) -> None:
    assert mistakes(document) == found


def test_a_test_whose_application_answers_a_bad_document_fails_without_asking_for_the_check(
    tmp_path: Path, repo_root: Path
) -> None:
    (tmp_path / "test_application.py").write_text(APPLICATION.format(good=GOOD, bad=BAD))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "conftest", "-c", str(repo_root / "pyproject.toml")]

    run = subprocess.run(
        [*command, "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{repo_root / 'tests'}:{repo_root}", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert run.stdout.splitlines()[-1].startswith("2 passed, 1 error"), run.stdout + run.stderr
    assert "<Dial> may not stand in <Gather>" in run.stdout


def test_documents_of_a_network_in_a_process_of_its_own_are_read_from_its_log(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    log.write_text("\n".join(json.dumps(event) for event in ({"kind": "answered"}, {"kind": "twiml", "document": BAD})))

    assert list(documents_in(log)) == [BAD]


def test_the_network_speaks_nothing_that_the_package_could_not_write() -> None:
    known = elements()
    strange = {
        tag: (rule.attributes.keys() - known[tag].attributes, rule.children - known[tag].children)
        for tag, rule in RULES.items()
    }

    assert strange == {tag: (set(), frozenset()) for tag in RULES}
