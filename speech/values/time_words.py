"""What words about time mean before anybody looks at a clock: days, parts of a day, hours, and what joins them.

Both languages are read into the same pieces; `moments` turns those into dates.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum

YEAR_DAYS = 366
LEAP_YEARS_DAYS = 8 * 366
"""The twenty-ninth of February may be so far away."""


@dataclass(frozen=True)
class InDays:
    """오늘 0, tomorrow 1."""

    days: int

    def fits(self, day: date, today: date) -> bool:
        return day - today == timedelta(days=self.days)


@dataclass(frozen=True)
class InWeek:
    """A week from Monday to Sunday: 이번 주 0, next week 1. A day of this week that has passed rolls into the next."""

    weeks: int

    def fits(self, day: date, today: date) -> bool:
        ahead = (_monday(day) - _monday(today)).days // 7
        return ahead == self.weeks or (self.weeks == 0 and ahead == 1)


@dataclass(frozen=True)
class Weekend(InWeek):
    """Its Saturday and Sunday."""

    def fits(self, day: date, today: date) -> bool:
        return day.weekday() >= 5 and super().fits(day, today)


@dataclass(frozen=True)
class InMonths:
    """이번 달 0, next month 1."""

    months: int

    def fits(self, day: date, today: date) -> bool:
        return (day.year - today.year) * 12 + day.month - today.month == self.months


@dataclass(frozen=True)
class OnWeekday:
    """Monday 0."""

    weekday: int

    def fits(self, day: date, today: date) -> bool:
        return day.weekday() == self.weekday


@dataclass(frozen=True)
class OnWorkday:
    """평일: any from Monday to Friday."""

    def fits(self, day: date, today: date) -> bool:
        return day.weekday() < 5


@dataclass(frozen=True)
class ComingWeekday(OnWeekday):
    """The next one after today."""

    def fits(self, day: date, today: date) -> bool:
        return super().fits(day, today) and 0 < (day - today).days <= 7


@dataclass(frozen=True)
class NextWeekday(OnWeekday):
    """다음 월요일, next Friday: the coming one for some, the one of next week for others."""


@dataclass(frozen=True)
class OnDate:
    """십이월 삼 일; without a month, the third."""

    day: int
    month: int | None = None
    year: int | None = None

    def fits(self, day: date, today: date) -> bool:
        same_month = self.month is None or day.month == self.month
        return day.day == self.day and same_month and (self.year is None or day.year == self.year)


DayWord = InDays | InWeek | InMonths | OnWeekday | OnWorkday | OnDate


class Part(Enum):
    """Parts of a day: hours of the clock that can be meant with it, and from when to when it lasts by itself."""

    clock: tuple[int, int]
    lasts: tuple[int, int]

    def __init__(self, clock: tuple[int, int], lasts: tuple[int, int]) -> None:
        self.clock, self.lasts = clock, lasts

    def shows(self, hour: int) -> bool:
        """Whether a clock of twelve hours can show this hour then."""
        return any(hour % 12 == shown % 12 for shown in range(*self.clock))

    DAWN = ((0, 7), (0, 6))
    EARLY = ((5, 12), (6, 10))
    MORNING = ((0, 12), (6, 12))
    LUNCH = ((11, 15), (12, 13))
    DAYTIME = ((10, 18), (11, 17))
    AFTERNOON = ((12, 24), (12, 18))
    EVENING = ((16, 24), (18, 22))
    # Twelve at night, and one, come after its day.
    NIGHT = ((18, 30), (20, 24))
    TONIGHT = ((17, 30), (18, 24))


@dataclass(frozen=True)
class Clock:
    """An hour as said, 0 to 24: five may be in the morning or in the afternoon. Others, and minutes from 60, are no
    time at all."""

    hour: int
    minute: int = 0


UNCLEAR = Clock(-1)
"""두세 시: an hour was named, and it can't be told which."""


class Bound(Enum):
    """How a time is meant."""

    AT = "at"
    FROM = "from"
    AFTER = "after"
    UNTIL = "until"
    BEFORE = "before"


@dataclass(frozen=True)
class Later:
    """In half an hour."""

    ahead: timedelta


NOW = Later(timedelta())

Word = DayWord | Part | Clock | Later


@dataclass
class Phrase:
    """Words that belong to one time."""

    bound: Bound = Bound.AT
    days: list[DayWord] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    laters: list[Later] = field(default_factory=list)

    def add(self, word: Word) -> None:
        match word:
            case Part():
                self.parts.append(word)
            case Clock():
                self.clocks.append(word)
            case Later():
                self.laters.append(word)
            case _:
                self.days.append(word)

    @property
    def empty(self) -> bool:
        return not (self.days or self.parts or self.clocks or self.laters)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
