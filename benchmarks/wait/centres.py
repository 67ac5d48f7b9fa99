"""The centres that estimates are tried on: eight that everything was first measured on, and others held out."""

from dataclasses import dataclass

OPENS, CLOSES = 8 * 3600.0, 18 * 3600.0
DAY = 86_400.0
BURST_SECONDS, BURST_FACTOR = 600.0, 1.8
SPEED_LOG_SD = 0.15
"""Each agent's handle times are longer or shorter than the mean by exp(N(0, this))."""
SHORTEST_HANDLE_SECONDS = 5.0
WRAP_LOG_SD = 0.6
LEARNING_SHARE = 2 / 5
"""The first days are for learning; the rest are scored."""


@dataclass(frozen=True)
class Department:
    name: str
    calls_per_hour: float
    handle_seconds: float
    """Mean; log-normal."""
    handle_log_sd: float
    patience_seconds: float
    """Mean; log-normal with log-sd 1, or exponential."""
    patience_is_exponential: bool = False
    high_priority_share: float = 0.0
    wrap_seconds: float = 0.0
    """Mean of the work after a call, on top of `handle_seconds`."""


@dataclass(frozen=True)
class Team:
    agents: int
    departments: tuple[str, ...]


@dataclass(frozen=True)
class Vanishing:
    """Each day a share of the agents leaves at one moment, unplanned; calls in progress are finished."""

    share: float
    seconds: float
    earliest: float
    latest: float


@dataclass(frozen=True)
class Callbacks:
    """Who takes a callback keeps the place; one who is not reached is dialled once more, at the old place."""

    offer_above_seconds: float = 180.0
    accepted_share: float = 0.5
    answered_share: float = 0.8
    answer_seconds: float = 12.0
    no_answer_seconds: float = 25.0
    retry_seconds: float = 600.0


@dataclass(frozen=True)
class Centre:
    name: str
    departments: tuple[Department, ...]
    teams: tuple[Team, ...]
    flat: bool = False
    """Constant arrivals, full shifts, no breaks."""
    bursts: int = 0
    days: int = 5
    vanishing: Vanishing | None = None
    callbacks: Callbacks | None = None

    @property
    def agents(self) -> int:
        return sum(team.agents for team in self.teams)

    @property
    def learning_days(self) -> int:
        return int(self.days * LEARNING_SHARE)

    def is_scored(self, at: float) -> bool:
        return at >= self.learning_days * DAY


def _one(calls: float, handle: float = 240, sd: float = 0.85, patience: float = 420, **more: object) -> Department:
    return Department("A", calls, handle, sd, patience, **more)  # type: ignore[arg-type]


def _team(agents: int) -> tuple[Team, ...]:
    return (Team(agents, ("A",)),)


EIGHT = (
    Centre("steady", (_one(312, patience_is_exponential=True),), _team(20), flat=True),
    Centre("overload", (_one(400, patience=600),), _team(20), flat=True),
    Centre("timevar", (_one(385),), _team(24), bursts=3),
    Centre("drop", (_one(300),), _team(24), bursts=1, vanishing=Vanishing(0.45, 45 * 60.0, 10 * 3600.0, 13 * 3600.0)),
    Centre(
        "twoskill",
        (Department("A", 225, 220, 0.8, 420), Department("B", 110, 420, 0.9, 600)),
        (Team(9, ("A",)), Team(8, ("B",)), Team(8, ("A", "B"))),
        bursts=2,
    ),
    Centre("prio", (_one(385, high_priority_share=0.2),), _team(24), bursts=2),
    Centre("callbacks", (_one(420),), _team(24), bursts=3, callbacks=Callbacks()),
    Centre("small", (_one(40, 330, 0.95, 500),), _team(4), days=24),
)

HELD_OUT = (
    # Few agents, calls of a quarter of an hour
    Centre("clinic", (_one(46, 900, 0.6, 900),), _team(12), bursts=1, days=12),
    # Many agents, short calls, impatient callers
    Centre("large", (_one(1150, 180, 1.0, 240),), _team(60), bursts=3, days=3),
    # Three departments, agents with one, two or three of them, high priority, and wrap-up
    Centre(
        "threeskill",
        (
            Department("A", 120, 200, 0.7, 360, high_priority_share=0.1, wrap_seconds=40),
            Department("B", 70, 360, 0.9, 480, wrap_seconds=60),
            Department("C", 30, 600, 1.1, 900, wrap_seconds=20),
        ),
        (Team(6, ("A",)), Team(6, ("B",)), Team(4, ("C",)), Team(5, ("A", "B")), Team(3, ("A", "B", "C"))),
        bursts=2,
    ),
    # At lunch three agents of four go at once
    Centre(
        "lunch", (_one(190),), _team(16), days=8, vanishing=Vanishing(0.75, 30 * 60.0, 11.5 * 3600.0, 12.5 * 3600.0)
    ),
    # Two agents
    Centre("pair", (_one(26, 200, 0.9, 400, wrap_seconds=40),), _team(2), days=30),
    # A small centre with callbacks and long patience
    Centre("promising", (_one(95, 300, 0.8, 700),), _team(8), bursts=1, days=10, callbacks=Callbacks()),
)

CENTRES = {centre.name: centre for centre in EIGHT + HELD_OUT}
