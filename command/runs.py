"""A folder for each run of a command, so that two at once keep out of each other's way."""

import fcntl
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

KEPT = 5
_NAME = re.compile(r"\d{8}-\d{6}-\w+")


@contextmanager
def folder_of_its_own(root: Path, now: datetime, kept: int = KEPT) -> Iterator[Path]:
    """A new one in `root`, named after its time. It stays, to be looked at; of those before it the last few do, and
    those in which somebody still runs."""
    root.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{now:%Y%m%d-%H%M%S}-", dir=root))
    with _lock_of(folder).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Let go by the system, however this process ends.
        for old in sorted(path for path in root.iterdir() if _NAME.fullmatch(path.name))[:-kept]:
            if old != folder:
                _remove(old)
        yield folder


def _remove(folder: Path) -> None:
    """Unless somebody runs there."""
    with suppress(BlockingIOError), _lock_of(folder).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
        _lock_of(folder).unlink(missing_ok=True)


def _lock_of(folder: Path) -> Path:
    """Beside it: what is in the folder belongs to the run."""
    return folder.with_name(f"{folder.name}.lock")
