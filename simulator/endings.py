"""How a document that is being acted out ends before its end."""

from collections.abc import Callable


class CallOver(Exception):
    """The call has ended; the document stops where it is."""


class CallMoved(Exception):
    """REST sent the call to another document."""


class Interrupted(Exception):
    """What the call waited for has come true; what it did meanwhile stops."""

    def __init__(self, by: Callable[[], bool]) -> None:
        super().__init__()
        self.by = by
