"""`pytest --twilio-description`: at its end, every REST exchange of the run is held against Twilio's description."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from simulator.exchanges import FOLDER_VARIABLE
from twilio_description import NotHere, exchanges_in, prism

BESIDE = Path(__file__).parents[2] / "shared"
DESCRIPTION = Path(os.environ.get("BAROCALL_SHARED", BESIDE)) / "twilio" / "twilio_api_v2010.json"
TITLE = "REST against Twilio's own description"
report = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--twilio-description", action="store_true", help=f"{TITLE}, for all tests, by Prism")


def pytest_configure(config: pytest.Config) -> None:
    """Before workers and programs under test are started, for they inherit the environment."""
    if _leads(config):
        os.environ[FOLDER_VARIABLE] = tempfile.mkdtemp(prefix="barocall-exchanges-")


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not _leads(session.config):
        return
    folder = Path(os.environ.pop(FOLDER_VARIABLE))
    lines = session.config.stash[report] = []
    try:
        exchanges = exchanges_in(folder)
        with prism(_description()) as checker:
            violations = checker.violations(exchanges)
    except NotHere as reason:
        lines.append(f"skipped: {reason}")
    else:
        lines += [f"{len(exchanges)} exchanges, {len(violations)} violations", *violations]
        if violations:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
    finally:
        shutil.rmtree(folder)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(report, []):
        terminalreporter.write_line(f"{TITLE}: {line}")


def _leads(config: pytest.Config) -> bool:
    """Whether this is the process that started the others."""
    return bool(config.getoption("--twilio-description")) and not hasattr(config, "workerinput")


def _description() -> Path:
    if not DESCRIPTION.exists():
        raise NotHere(f"{DESCRIPTION.name} is not beside the repository")
    return DESCRIPTION
