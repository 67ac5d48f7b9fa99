"""The demo is the main job: all processes, real audio, real recognition."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

BAROCALL = str(Path(sys.executable).parent / "barocall")


@pytest.fixture
def workplace(tmp_path: Path, repo_root: Path) -> Path:
    """A working directory of its own: the demo's data lies in ./var."""
    (tmp_path / "menus.yaml").write_bytes((repo_root / "menus.yaml").read_bytes())
    return tmp_path


def started_from(workplace: Path) -> list[str]:
    """Processes that still run from there."""
    left = []
    for process in psutil.process_iter(["cwd", "name"]):
        if process.info["cwd"] and Path(process.info["cwd"]).is_relative_to(workplace):
            left.append(process.info["name"])
    return left


def test_three_calls_end_as_told_although_the_worker_is_killed(workplace: Path) -> None:
    demo = subprocess.run(
        [BAROCALL, "demo", "--kill-worker"], cwd=workplace, capture_output=True, text=True, timeout=240
    )

    assert demo.returncode == 0, demo.stdout[-3000:] + demo.stderr[-2000:]
    assert "the worker is killed" in demo.stdout
    assert demo.stdout.count("as told") == 3
    assert "\x1b[" not in demo.stdout  # Plain lines where nobody watches.
    assert started_from(workplace) == []


def test_ctrl_c_leaves_nothing_running(workplace: Path) -> None:
    with subprocess.Popen([BAROCALL, "demo"], cwd=workplace, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        next(line for line in demo.stdout if "phones" in line)

        os.kill(demo.pid, signal.SIGINT)
        demo.stdout.read()

    assert demo.returncode == 130
    assert started_from(workplace) == []
