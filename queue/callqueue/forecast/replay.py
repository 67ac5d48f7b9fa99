"""The line played forward: many possible futures of the present state, each telling how long one caller waits.

One future is a discrete-event run: the agent who is free first takes whoever is first in line and can be served by
them, until that is the caller in question. Only who stands before that caller can delay them, so nobody else is
played. Every random number is a pure function of (seed, run, what it is for, index), so the same state gives the same
answer in every process, and two states that differ by one caller share all other chances.

Only `one_future` touches more than two arrays: numba counts references at each hand-over of an array, which costs more
than the small parts' own work. So it is one long function, in the order of what happens.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from callqueue.forecast.compiled import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

EDGES: Floats = np.array(
    [0, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1800, 3600], dtype=np.float64
)
"""Ages at which a rate may change; the last one holds for ever after."""

FREE, TALKING, AFTER, PAUSED, RINGING, DIALLING = range(6)
"""What an agent does. FREE: can take a caller in `age` seconds, 0 is now. Others: for `age` seconds already."""

NEWCOMERS = 400
"""No more later arrivals ahead are played than that."""
_SERVICE, _AFTER, _AWAY, _AWAY_SECONDS, _PATIENCE, _ARRIVAL, _NEWCOMER, _DIAL, _RING, _DOUBT, _START = range(11)


class Staff(NamedTuple):
    """Agents, in the order in which those who are free are chosen."""

    serves: Integers
    """Bit d: serves department d."""
    phase: Integers
    age: Floats
    department: Integers
    """Of the caller in hand, or of the last one."""
    slowness: Floats
    """Factor on handle times."""
    caller: Integers
    """Whose phone this agent waits for while DIALLING: the place in Line; else -1."""
    absences_from: Integers
    """Agent i leaves at leaves[absences_from[i]:absences_from[i + 1]]."""
    leaves: Floats
    returns: Floats
    likely: Floats
    """Share of futures in which this absence takes place."""


class Line(NamedTuple):
    """Who stands ahead, first in line first."""

    department: Integers
    key: Integers
    """Names the caller in random numbers."""
    rank: Floats
    """Smaller is served before larger; the same scale as in Newcomers."""
    age: Floats
    promised: Integers
    """1: a kept place, to be dialled; never gives up."""
    failures: Integers
    release: Floats
    """Seconds until the caller may be served."""


class Newcomers(NamedTuple):
    """Classes of later arrivals that would stand ahead."""

    department: Integers
    per_second: Floats
    until: Floats
    """Arrivals later than that stand behind."""
    rank: Floats
    """Of one who arrives now; each second later adds one."""


class Laws(NamedTuple):
    """What was learned; one row a department."""

    talk: Floats
    """Handle times of an agent of usual speed, sorted, one department after the other."""
    talk_from: Integers
    talk_tail: Floats
    """Mean seconds beyond the longest known."""
    doubt: Floats
    """Standard deviation of the logarithm of the mean: how little is known yet."""
    after_none: Floats
    """Share of calls after which the agent is free at once."""
    after: Floats
    """Rate, by age (EDGES), at which an agent is free again after a call."""
    patience: Floats
    """Rate of giving up by age."""
    away: Floats
    """Share of calls after which the agent goes away unplanned."""
    pause: Floats
    """Rate of coming back, by age; one row for the house."""
    ring: Floats
    """Seconds from offer to accept, sorted."""
    unanswered: float
    """Share of offers that come to nothing."""
    ring_limit: float
    answered: float
    """Share of callbacks that answer."""
    dial: float
    dial_failed: float
    retry: float
    """Seconds from a failed dialling to the next."""
    again: Floats
    """Share that is dialled again after the 1st, 2nd … failure."""
    pace: float
    """Seconds between two diallings of the house."""
    full_breaks: int
    """1: a break that began late is not cut short."""


@compiled
def mixed(x: np.uint64) -> np.uint64:
    """splitmix64 (Steele, Lea, Flood 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@compiled
def uniform(base: np.uint64, purpose: int, index: int) -> float:
    """In (0, 1)."""
    place = np.uint64(purpose) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(index) * np.uint64(0xD1B54A32D192ED03)
    return (float(mixed(base ^ place) >> np.uint64(11)) + 0.5) * (1.0 / 9007199254740992.0)


@compiled
def risk(rates: Floats, row: int, age: float) -> float:
    """The rates of a row, added up to `age`."""
    total = 0.0
    for b in range(len(EDGES) - 1):
        if age < EDGES[b + 1]:
            return total + (age - EDGES[b]) * rates[row, b]
        total += (EDGES[b + 1] - EDGES[b]) * rates[row, b]
    return total + (age - EDGES[-1]) * rates[row, -1]


@compiled
def age_at(rates: Floats, row: int, total: float) -> float:
    """The age at which the rates of a row add up to `total`; inf for never."""
    last = len(EDGES) - 1
    for b in range(last):
        step = (EDGES[b + 1] - EDGES[b]) * rates[row, b]
        if total <= step:
            return EDGES[b] + total / rates[row, b]
        total -= step
    return EDGES[last] + total / rates[row, last] if rates[row, last] > 0.0 else np.inf


@compiled
def longer_than(talk: Floats, first: int, end: int, seconds: float) -> int:
    """Place of the first known handle time above this one."""
    low, high = first, end
    while low < high:
        middle = (low + high) // 2
        if talk[middle] > seconds:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def one_future(
    serves, phase, age, last_department, slowness, dials, absences_from, leaves, returns, likely,
    department, key, rank, waited, promised, failed_before, held_until,
    new_department, new_rate, new_until, new_rank,
    talk, talk_from, talk_tail, doubt, after_none, after, patience, away, pause, ring, unanswered, ring_limit,
    answered, dial, dial_failed, retry, again, pace, full_breaks,
    longer, borne, free, upcoming, factors, gone, release, gives_up, failures, when, kind, quits,
    own, base, cap,
):  # fmt: skip
    """Seconds until the caller of department `own`, who stands behind all of the line, is connected; at most `cap`."""
    agents, ahead, last_again = len(free), len(gone), len(again) - 1
    # How far the true mean handle times may lie from the learned ones.
    for d in range(len(factors)):
        z = uniform(base, _DOUBT, 3 * d) + uniform(base, _DOUBT, 3 * d + 1) + uniform(base, _DOUBT, 3 * d + 2) - 1.5
        factors[d] = np.exp(2.0 * z * doubt[d] - 0.5 * doubt[d] ** 2)
    # How long those ahead bear it.
    for j in range(ahead):
        gone[j], release[j], failures[j], gives_up[j] = 0, held_until[j], failed_before[j], np.inf
        if promised[j] == 0:
            lasts = borne[j] - np.log(uniform(base, _PATIENCE, key[j]))
            gives_up[j] = age_at(patience, department[j], lasts) - waited[j]
    # When each agent can take a caller.
    for i in range(agents):
        upcoming[i] = absences_from[i]
        d, j, at = last_department[i], dials[i], 0.0
        if phase[i] == FREE:
            free[i] = age[i]
            continue
        if phase[i] == PAUSED:
            free[i] = age_at(pause, 0, risk(pause, 0, age[i]) - np.log(uniform(base, _START, i))) - age[i]
            continue
        if phase[i] == AFTER:
            free[i] = age_at(after, d, risk(after, d, age[i]) - np.log(uniform(base, _START, i))) - age[i]
            continue
        if phase[i] == DIALLING and j >= 0:
            if uniform(base, _DIAL, 900_000 + i) >= answered:
                free[i] = max(dial_failed - age[i], 0.0)
                if uniform(base, _DIAL, 950_000 + i) < again[min(failures[j], last_again)]:
                    failures[j] += 1
                    release[j] = free[i] + retry
                else:
                    gone[j] = 1
                continue
            gone[j] = 1
            at = max(dial - age[i], 0.0)
        known = talk_from[d + 1] - longer[i]
        elapsed, u = age[i] / slowness[i] if phase[i] == TALKING else 0.0, uniform(base, _START, i)
        if known < 3:
            left = -np.log(u) * max(talk_tail[d], 0.3 * elapsed)
        else:
            left = talk[longer[i] + int(u * known)] - elapsed
        at += left * factors[d] * slowness[i]
        u = uniform(base, _AFTER, 100_000 + i)
        if u >= after_none[d]:
            at += age_at(after, d, -np.log((u - after_none[d]) / (1.0 - after_none[d])))
        if uniform(base, _AWAY, 100_000 + i) < away[d]:
            at += age_at(pause, 0, -np.log(uniform(base, _AWAY_SECONDS, 100_000 + i)))
        free[i] = at
    # Later arrivals that will stand ahead.
    count = 0
    for c in range(len(new_rate)):
        end, t, number = min(cap, new_until[c]), 0.0, 0
        while count < len(when):
            t -= np.log(uniform(base, _ARRIVAL, 1000 * c + number)) / new_rate[c]
            if t >= end:
                break
            when[count], kind[count] = t, c
            lasts = -np.log(uniform(base, _NEWCOMER, 1000 * c + number))
            quits[count] = t + age_at(patience, new_department[c], lasts)
            count += 1
            number += 1
    started, head, may_dial, own_release = 0, 0, 0.0, 0.0
    while True:
        # The agent who is free first …
        i, t = 0, free[0]
        for other in range(1, agents):
            if free[other] < t:
                i, t = other, free[other]
        if t >= cap:
            return cap
        # … goes on a break that has begun …
        back = t
        for k in range(upcoming[i], absences_from[i + 1]):
            if leaves[k] > back:
                break
            upcoming[i] = k + 1
            ends = back + returns[k] - leaves[k] if full_breaks == 1 else returns[k]
            if ends > back and uniform(base, _AWAY, 200_000 + k) < likely[k]:
                back = ends
        if back > t:
            free[i] = back
            continue
        # … or finds the first in line whom they can serve.
        while head < ahead and gone[head] == 1:
            head += 1
        first, mask = -1, serves[i]
        for j in range(head, ahead):
            if gone[j] == 0 and release[j] <= t:
                if gives_up[j] <= t:
                    gone[j] = 1
                elif (mask >> department[j]) & 1:
                    first = j
                    break
        newcomer, best = -1, np.inf if first < 0 else rank[first]
        for m in range(count):
            here = when[m] <= t < quits[m] and (mask >> new_department[kind[m]]) & 1
            if here and new_rank[kind[m]] + when[m] < best:
                newcomer, best = m, new_rank[kind[m]] + when[m]
        mine = first < 0 and newcomer < 0
        if mine and not (mask >> own) & 1:
            # Idle until somebody comes whom they can serve.
            soonest = np.inf
            for j in range(head, ahead):
                if gone[j] == 0 and t < release[j] < soonest and (mask >> department[j]) & 1:
                    soonest = release[j]
            for m in range(count):
                if t < when[m] < soonest and (mask >> new_department[kind[m]]) & 1:
                    soonest = when[m]
            free[i] = soonest
            continue
        if mine and t < own_release:
            free[i] = own_release
            continue
        if pace > 0.0:
            t = max(t, may_dial)
            may_dial = t + pace
        started += 1
        if unanswered > 0.0 and uniform(base, _RING, 2 * started + 1) < unanswered:
            # Set aside for a while; the caller keeps the place.
            aside = age_at(pause, 0, -np.log(uniform(base, _AWAY_SECONDS, 300_000 + started)))
            free[i] = t + ring_limit + aside
            if mine:
                own_release = t + ring_limit
            elif newcomer < 0:
                release[first] = t + ring_limit
            continue
        if len(ring) > 0:
            t += ring[int(uniform(base, _RING, 2 * started) * len(ring))]
        if mine:
            return min(t, cap)
        if newcomer >= 0:
            d = new_department[kind[newcomer]]
            quits[newcomer] = -1.0
        else:
            d = department[first]
            if promised[first] == 1:
                if uniform(base, _DIAL, 2 * started) >= answered:
                    free[i] = t + dial_failed
                    if uniform(base, _DIAL, 2 * started + 1) < again[min(failures[first], last_again)]:
                        failures[first] += 1
                        release[first] = free[i] + retry
                    else:
                        gone[first] = 1
                    continue
                t += dial
            gone[first] = 1
        known = talk_from[d + 1] - talk_from[d]
        t += talk[talk_from[d] + int(uniform(base, _SERVICE, started) * known)] * factors[d] * slowness[i]
        u = uniform(base, _AFTER, started)
        if u >= after_none[d]:
            t += age_at(after, d, -np.log((u - after_none[d]) / (1.0 - after_none[d])))
        if uniform(base, _AWAY, started) < away[d]:
            t += age_at(pause, 0, -np.log(uniform(base, _AWAY_SECONDS, started)))
        free[i] = t


@compiled
def futures(
    staff: Staff, line: Line, newcomers: Newcomers, laws: Laws, own: int, seed: int, runs: int, cap: float
) -> Floats:
    """The wait of a caller of department `own` behind `line` in each of `runs` futures, in seconds, at most `cap`."""
    waits = np.empty(runs)
    agents, ahead = len(staff.serves), len(line.department)
    longer, borne = np.empty(agents, np.int64), np.empty(ahead)
    for j in range(ahead):
        borne[j] = risk(laws.patience, line.department[j], line.age[j])
    for i in range(agents):
        d = staff.department[i]
        elapsed = staff.age[i] / staff.slowness[i] if staff.phase[i] == TALKING else 0.0
        longer[i] = longer_than(laws.talk, laws.talk_from[d], laws.talk_from[d + 1], elapsed)
    free, upcoming, factors = np.empty(agents), np.empty(agents, np.int64), np.empty(len(laws.doubt))
    gone, failures = np.empty(ahead, np.int64), np.empty(ahead, np.int64)
    release, gives_up = np.empty(ahead), np.empty(ahead)
    when, kind, quits = np.empty(NEWCOMERS), np.empty(NEWCOMERS, np.int64), np.empty(NEWCOMERS)
    for number in range(runs):
        base = mixed(np.uint64(seed) + np.uint64(number) * np.uint64(0x9E3779B97F4A7C15))
        waits[number] = one_future(
            staff.serves, staff.phase, staff.age, staff.department, staff.slowness, staff.caller, staff.absences_from,
            staff.leaves, staff.returns, staff.likely,
            line.department, line.key, line.rank, line.age, line.promised, line.failures, line.release,
            newcomers.department, newcomers.per_second, newcomers.until, newcomers.rank,
            laws.talk, laws.talk_from, laws.talk_tail, laws.doubt, laws.after_none, laws.after, laws.patience,
            laws.away, laws.pause, laws.ring, laws.unanswered, laws.ring_limit, laws.answered, laws.dial,
            laws.dial_failed, laws.retry, laws.again, laws.pace, laws.full_breaks,
            longer, borne, free, upcoming, factors, gone, release, gives_up, failures, when, kind, quits,
            own, base, cap,
        )  # fmt: skip
    return waits
