"""The recordings beside a menu file, each read once: what was checked is what is published."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ivr.menu.file import Unreadable, read_settled
from ivr.menu.model import Menu
from ivr.menu.recordings import Recordings, with_sounds
from ivr.menu.sounds import LARGEST_RECORDING_BYTES, NotPlayable, Recording, recording


class RecordingFiles:
    """Of the menu file in `folder`; nothing outside the folder is read, by whatever link."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, Recording] = {}

    def mistake(self, path: str) -> str | None:
        """What is wrong with a recording."""
        try:
            self.recording(path)
        except Unreadable as error:
            return str(error)
        return None

    def recording(self, path: str) -> Recording:
        """Raises Unreadable for a file that is not there, not below the folder, or can't be played."""
        if path not in self._read:
            self._read[path] = _recording(self._folder.resolve(), path)
        return self._read[path]

    def all(self, recordings: Recordings) -> Mapping[str, Recording]:
        """By path. Raises Unreadable for the first that can't be played."""
        return {one.path: self.recording(one.path) for one in recordings.values()}

    def heard_in(self, menu: Menu) -> Menu:
        """The menu with what is known of its sounds. Raises Unreadable for the first that can't be played."""
        digests = {path: found.sha256 for path, found in self.all(menu.recordings).items()}
        return replace(menu, recordings=with_sounds(menu.recordings, digests))


def _recording(folder: Path, path: str) -> Recording:
    file = (folder / path).resolve()
    if not file.is_relative_to(folder):
        raise Unreadable(f'"{path}" leads out of the menu\'s folder: put the file itself there')
    if not _is_file(file):
        raise Unreadable(f'there is no file "{path}" in the menu\'s folder')
    try:
        return recording(read_settled(file, LARGEST_RECORDING_BYTES + 1))
    except NotPlayable as error:
        raise Unreadable(f'"{path}" {error}') from error


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # A name longer than any file's, say.
        return False
