"""A department, as the line knows it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Department:
    """Who may serve it (an agent with any of its skills) and what to expect before anything was measured."""

    id: str
    name: str
    skills: tuple[str, ...]
    handle_seconds: float = 240.0
    patience_seconds: float = 420.0
    priority: int = 0
    """Larger is served first."""
    callback_above_seconds: float | None = 180.0
    """A callback is offered when the median wait is longer; None: never because of a long line."""
