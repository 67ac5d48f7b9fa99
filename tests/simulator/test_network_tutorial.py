"""The first five minutes of docs/simulator.md, done as written (only faster), in both languages."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
PAGES = ["simulator.md", "simulator.ko.md"]


def blocks(page: Path) -> list[str]:
    """The tutorial's: application, script, commands, what they show, a failure, a test."""
    return re.findall(r"```\w+\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)[:6]


def shown(transcript: str) -> list[str]:
    """Without the times and milliseconds of that day."""
    return [re.sub(r"[\d.]+ ms", "… ms", line[11:]).strip() for line in transcript.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A stranger's folder with the three files, and their application running."""
    root = Path(__file__).parent.parent.parent
    app, alice, _, _, _, test = blocks(root / "docs" / PAGES[0])
    folder = tmp_path_factory.mktemp("stranger")
    for name, text in {"app.py": app, "alice.yaml": alice, "test_menu.py": test}.items():
        (folder / name).write_text(text, encoding="utf-8")
    port = free_port()
    (folder / "port").write_text(str(port))
    command = [BIN / "flask", "--app", "app", "run", "--port", str(port)]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as flask:
        wait_until_it_listens(port)
        yield folder
        flask.terminate()


def call(folder: Path, script: str = "alice.yaml") -> subprocess.CompletedProcess[str]:
    [command] = [line for line in blocks_here()[2].splitlines() if line.startswith("barocall-simulator")]
    words = command.replace(":5000", f":{(folder / 'port').read_text()}").replace("alice.yaml", script).split()
    return subprocess.run(
        [BIN / words[0], *words[1:], "--port", "0", "--speed", "10"], cwd=folder, capture_output=True, text=True
    )


def blocks_here() -> list[str]:
    return blocks(Path(__file__).parent.parent.parent / "docs" / PAGES[0])


def test_the_call_shows_what_the_page_shows(folder: Path) -> None:
    done = call(folder)

    assert (done.returncode, shown(done.stdout)) == (0, shown(blocks_here()[3]))


def test_a_call_that_fails_ends_with_the_line_that_the_page_shows(folder: Path) -> None:
    script = (folder / "alice.yaml").read_text().replace("on its way", "on the moon")
    (folder / "moon.yaml").write_text(script)

    done = call(folder, "moon.yaml")

    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, blocks_here()[4].strip())


def test_the_pages_test_passes(folder: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_menu.py"],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout


def test_both_languages_show_the_same(repo_root: Path) -> None:
    english, korean = (blocks(repo_root / "docs" / page) for page in PAGES)

    assert english == korean


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_it_listens(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)
