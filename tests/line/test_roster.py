"""The roster: what files say, what is said about their mistakes, and that a bad file changes nothing."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callqueue import agents, events
from callqueue.roster import Planned, RosterErrors, Shift, replace_roster, shifts_between, shifts_of
from callqueue.roster_csv import read_csv
from callqueue.roster_ical import read_ical
from store.database import Store

SEOUL = ZoneInfo("Asia/Seoul")
FIRST, LAST = datetime(2026, 11, 1, tzinfo=SEOUL), datetime(2027, 2, 1, tzinfo=SEOUL)
PEOPLE = {"지우": [1], "서준": [2], "하은": [3, 4], "+821012345678": [3]}
HEAD = "date,agent,start,end,breaks\n"


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SEOUL)


def csv_mistakes(text: str) -> list[str]:
    with pytest.raises(RosterErrors) as caught:
        shifts_of(read_csv(text, SEOUL), PEOPLE)
    return [f"{problem.line}: {problem.message}" for problem in caught.value.problems]


def calendar(*events_: str) -> str:
    bodies = (f"BEGIN:VEVENT\nUID:{n}\n{body}\nEND:VEVENT" for n, body in enumerate(events_))
    return "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", *bodies, "END:VCALENDAR", ""])


def event(summary: str, start: str, end: str, more: str = "") -> str:
    return f"SUMMARY:{summary}\nDTSTART:{start}\nDTEND:{end}" + (f"\n{more}" if more else "")


def ical_mistakes(text: str) -> list[str]:
    with pytest.raises(RosterErrors) as caught:
        shifts_of(read_ical(text, SEOUL, FIRST, LAST), PEOPLE)
    return [f"{problem.line}: {problem.message}" for problem in caught.value.problems]


# Tables


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "2026-11-30,지우,09:00,18:00,12:00-13:00 15:30-15:45\n",
        "날짜;상담원;시작;종료;휴식\n2026.11.30;지우;9:00;18:00;12:00-13:00, 15:30~15:45\n\n",  # a Korean spreadsheet
        "agent\tdate\tend\tstart\tbreaks\n지우\t2026/11/30\t18:00\t09:00\t12:00-13:00;15:30-15:45\n",
    ],
)
def test_a_table_is_read_as_spreadsheets_write_it(text: str) -> None:
    breaks = ((at(30, 12), at(30, 13)), (at(30, 15, 30), at(30, 15, 45)))

    assert read_csv(text, SEOUL).planned == (Planned(2, "지우", at(30, 9), at(30, 18), breaks),)


def test_a_night_shift_ends_and_rests_on_the_next_day() -> None:
    (shift,) = read_csv(HEAD + "2026-11-30,지우,22:00,06:00,23:50-00:10 02:00-02:30\n", SEOUL).planned

    assert (shift.on, shift.off) == (at(30, 22), at(1, 6, month=12))
    assert shift.breaks == ((at(30, 23, 50), at(1, 0, 10, month=12)), (at(1, 2, month=12), at(1, 2, 30, month=12)))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["1: the first line names the columns date, agent, start, end, breaks; missing: date, agent, start, end"]),
        ("date,agnet,start,end\n", ['1: no column "agnet" is known. Did you mean "agent"?']),
        (
            HEAD + "2026-13-01,,9,25:00,noon\n",  # all of a line at once
            [
                '2: "2026-13-01" is no date: write it like 2026-11-30',
                '2: "25:00" is no time: write it like 18:00',
                '2: "9" is no time: write it like 09:00',
                '2: "noon": breaks are written like 12:00-13:00 15:30-15:45',
                "2: whose shift is it? The agent is missing",
            ],
        ),
        (
            HEAD + "2026-11-30,지후,09:00,18:00,\n2026-11-30,하은,09:00,18:00,\n",
            [
                '2: no agent is called "지후". `barocall agents list` shows them.',
                '3: 2 agents are called "하은": write the phone number instead',
            ],
        ),
        (
            HEAD + "2026-11-30,지우,09:00,18:00,08:00-09:30\n2026-11-30,서준,09:00,18:00,12:00-13:00 12:30-14:00\n",
            [
                "2: a break lies within its shift, and ends after it begins",
                "3: two breaks of this shift overlap",
            ],
        ),
        (
            HEAD + "2026-11-30,지우,09:00,18:00,\n2026-11-30,서준,09:00,18:00,\n2026-11-30,지우,17:00,20:00,\n",
            ["4: 지우 has another shift at that time, in line 2"],
        ),
        (HEAD + "2026-11-30,지우,09:00,18:00,,,x\n", ["2: 7 values stand here, and the first line names 5 columns"]),
    ],
)
def test_every_mistake_of_a_table_is_told_with_its_line(text: str, told: list[str]) -> None:
    assert csv_mistakes(text) == told


# Calendars


def test_a_calendar_has_shifts_breaks_and_repetitions() -> None:
    text = calendar(
        event("지우", "20261130T090000", "20261130T180000", "RRULE:FREQ=DAILY;COUNT=2"),
        event("서준", "20261130T000000Z", "20261130T090000Z"),
        event("휴식: 지우", "20261130T120000", "20261130T130000"),
    )

    assert set(shifts_of(read_ical(text, SEOUL, FIRST, LAST), PEOPLE)) == {
        Shift(1, at(30, 9), at(30, 18), ((at(30, 12), at(30, 13)),)),
        Shift(1, at(1, 9, month=12), at(1, 18, month=12)),
        Shift(2, at(30, 9), at(30, 18)),
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (calendar(), ["1: there is no event in this calendar"]),
        (
            calendar(
                event("지우", "20261130T090000", "20261130T180000"), event("지호", "20261130T090000", "20261130T180000")
            ),
            ['10: no agent is called "지호". `barocall agents list` shows them.'],
        ),
        (
            calendar("SUMMARY:지우\nDTSTART;VALUE=DATE:20261130\nDTEND;VALUE=DATE:20261201"),
            ["4: a shift needs times of day: this event lasts whole days"],
        ),
        (calendar("SUMMARY:지우\nDTSTART:20261130T090000"), ["4: a shift has a begin and an end (DTSTART, DTEND)"]),
        (
            calendar("DTSTART:20261130T090000\nDTEND:20261130T180000"),
            ["4: whose shift is it? The event's title (SUMMARY) is the agent's name"],
        ),
        (
            calendar(event("break: 지우", "20261130T120000", "20261130T130000")),
            ["4: 지우 has no shift at the time of this break"],
        ),
        (
            calendar(event("지우", "20261130T180000", "20261130T090000")),
            ["4: a shift ends after it begins, and within a day"],
        ),
    ],
)
def test_every_mistake_of_a_calendar_is_told_with_its_line(text: str, told: list[str]) -> None:
    assert ical_mistakes(text) == told


def test_what_is_no_calendar_at_all_is_said_so() -> None:
    (told,) = ical_mistakes("BEGIN:VCALENDAR\nVERSION:2.0\nthis is no line\nEND:VCALENDAR\n")

    assert told.startswith("3: this is no calendar")


_WORDS = "BEGIN END VEVENT VCALENDAR DTSTART DTEND SUMMARY RRULE FREQ=DAILY 지우 20261130T090000 2026-11-30 09:00"
_PIECES = st.sampled_from([*_WORDS.split(), *':;,="', "\n", "\r", "\t", " ", "\x00"])


@settings(max_examples=60, deadline=None)
@given(st.lists(_PIECES, max_size=30).map("".join))
def test_no_file_makes_it_stumble(text: str) -> None:
    for read in (
        lambda: read_csv(text, SEOUL),
        lambda: read_csv(HEAD + text, SEOUL),
        lambda: read_ical(text, SEOUL, FIRST, LAST),
        lambda: read_ical(calendar(text), SEOUL, FIRST, LAST),
    ):
        try:
            shifts_of(read(), PEOPLE)
        except RosterErrors as errors:
            assert errors.problems


# In force


def test_a_new_roster_takes_the_place_of_the_time_it_covers_and_the_log_tells_what_changed(store: Store) -> None:
    before, monday, tuesday = (Shift(1, at(day, 9), at(day, 18)) for day in (22, 23, 24))
    other_tuesday = Shift(1, at(24, 12), at(24, 20), ((at(24, 15), at(24, 16)),))
    now = datetime(2026, 11, 20, tzinfo=UTC)
    with store.write() as tx:
        agents.add_agent(tx, name="지우", phone="+8210", skills=["billing"], now=now)
        replace_roster(tx, (before, monday, tuesday), now)
        seen = events.since(tx, events.START)[-1].cursor if tx.dialect.name == "sqlite" else events.START

    with store.write() as tx:
        replace_roster(tx, (monday, other_tuesday), now)

    with store.read() as tx:
        in_force = shifts_between(tx, at(1, 0), at(30, 0))
        told = [events.as_line(event, {}) for event in events.since(tx, seen) if event.kind == "roster"][-2:]
    assert in_force == (before, monday, other_tuesday)
    moments = [(line["on"], line["off"], line["breaks"]) for line in told]
    gone, new = tuesday.on.timestamp(), other_tuesday
    assert moments == [
        (gone, gone, []),
        (new.on.timestamp(), new.off.timestamp(), [[at(24, 15).timestamp(), at(24, 16).timestamp()]]),
    ]
