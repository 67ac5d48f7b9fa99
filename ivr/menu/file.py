"""A menu file from disk, whoever may be writing it at the moment."""

import os
import stat
import time
from pathlib import Path

from ivr.menu.source import LARGEST_FILE_BYTES, MenuErrors, MenuProblem, Place, decode_menu

TRIES = 5
TRY_AGAIN_SECONDS = 0.1
SETTLED_SECONDS = 0.05
"""Editors empty a file and then write it, in pieces: one that was changed a moment ago may not be whole."""


class Unreadable(Exception):
    """The file can't be read at all; says why."""


def read_menu_file(path: Path) -> str:
    """The text of a file that nobody changed while it was read.

    Raises Unreadable, and MenuErrors where it is no UTF-8 or far too large; of a larger one no more is read.
    """
    return _text(read_settled(path, LARGEST_FILE_BYTES + 1), path.name)


def read_settled(path: Path, most_bytes: int) -> bytes:
    """So many bytes of a file that nobody changed meanwhile. Raises Unreadable."""
    for _ in range(TRIES):
        data = _read_once(path, most_bytes)
        if data is not None:
            return data
        time.sleep(TRY_AGAIN_SECONDS)
    raise Unreadable(f"{path} is being written all the time: save it and try again")


def _read_once(path: Path, most_bytes: int) -> bytes | None:
    """None: it was changed meanwhile."""
    try:
        # Non-blocking: a pipe would wait for its writer for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            before = os.fstat(handle)
            if not stat.S_ISREG(before.st_mode):
                raise Unreadable(f"{path} is no file")
            data = file.read(most_bytes)
            after = path.stat()
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror or error}") from error
    # An editor that saves by renaming gives the path another file.
    changed = _signs(before) != _signs(after) or len(data) != min(before.st_size, most_bytes)
    just_now = 0 <= time.time() - after.st_mtime < SETTLED_SECONDS
    return None if changed or just_now else data


def _signs(found: os.stat_result) -> tuple[int, int, int, int]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _text(data: bytes, file_name: str) -> str:
    if len(data) > LARGEST_FILE_BYTES:
        told = f"the file is larger than {LARGEST_FILE_BYTES:,} bytes"
        raise MenuErrors([MenuProblem(file_name, Place(1, 1), told)])
    return decode_menu(data, file_name)
