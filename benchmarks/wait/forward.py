"""The true process run forward from a moment, many times: numba, arrays in, waits out.

Everything that can change the tagged caller's wait is simulated: the rest of each call in progress, given how long it
has lasted; the patience of those ahead, given how long they have waited; shifts and breaks; agents who vanish; dialling
and failing callbacks, and their return; callers of higher priority who arrive. Arrivals ranked behind change nothing.

One long function, in the order of what happens: numba counts references at each hand-over of an array, and a run is
over in a fraction of a millisecond.
"""

import math

import numpy as np
from numba import njit

from benchmarks.wait.tails import lognormal_rest, talk_rest

# Phases of an agent
GONE, AWAY, IDLE, TALK, WRAP, DIALLING = range(6)
NEVER = 1e18
EXTRA = 4096


@njit(cache=True)
def arrivals_factor(t_of_day: float, flat: bool) -> float:
    """As `draws.profile`, which numba cannot call."""
    if flat:
        return 1.0
    h = t_of_day / 3600.0
    a = 0.30 * math.exp(-(((h - 10.7) / 1.1) ** 2))
    b = 0.52 * math.exp(-(((h - 12.7) / 0.7) ** 2))
    c = 0.28 * math.exp(-(((h - 15.5) / 1.2) ** 2))
    return 0.62 + a + b + c


@njit(cache=True)
def forward(
    runs, seed, now, midnight, tag_department, tag_priority, departments, agents, breaks, line, back, world, bursts
):  # type: ignore[no-untyped-def]
    """`runs` waits of a caller who joins `now`, behind all of `line`.

    departments: rows of (log-mean and log-sd of handling, log-mean of wrap or NaN, its log-sd, patience is exponential,
      mean or log-mean of patience, arrivals of high priority per second at profile 1)
    agents: (skills as bits, speed, phase, since, back at, off, closing, breaks taken, vanished until, department)
    breaks: (agents, 3) starts, then lengths
    line: those ahead in rank order: (department, joined, promised, attempts, priority)
    back: failed callbacks: (department, joined, stands again at, priority)
    world: (shortest, flat, opens, closes, burst factor, burst seconds, bursts to come, vanish from, to, seconds, number
      of agents, answered share, answer s, no answer s, retry s, highest profile)
    """
    np.random.seed(seed)
    waits = np.empty(runs)
    n_agents, n_line, n_back, n_departments = len(agents), len(line), len(back), len(departments)
    shortest, flat, opens, closes = world[0], world[1] > 0, world[2], world[3]
    burst_factor, burst_seconds, bursts_to_come = world[4], world[5], int(world[6])
    vanish_from, vanish_to, vanish_seconds, vanish_count = world[7], world[8], world[9], int(world[10])
    answered, answer_s, no_answer_s, retry_s, peak = world[11], world[12], world[13], world[14], world[15]
    high_rate = 0.0
    if tag_priority == 0:
        for d in range(n_departments):
            high_rate += departments[d, 6]
    top_rate = high_rate * peak * (burst_factor if len(bursts) + bursts_to_come > 0 else 1.0)
    skills = agents[:, 0].astype(np.int64)
    tag_bit = 1 << tag_department

    free = np.empty(n_agents)
    phase = np.empty(n_agents, dtype=np.int64)
    breaks_taken = np.empty(n_agents, dtype=np.int64)
    vanished = np.empty(n_agents)
    dialled = np.empty(n_agents, dtype=np.int64)
    order = np.arange(n_agents)
    gives_up = np.empty(n_line)
    served = np.empty(n_line, dtype=np.bool_)
    # Who stands ahead besides the line: returned callbacks and new callers of higher priority.
    x_department = np.empty(EXTRA, dtype=np.int64)
    x_joined, x_gives_up, x_from = np.empty(EXTRA), np.empty(EXTRA), np.empty(EXTRA)
    x_priority, x_promised = np.empty(EXTRA, dtype=np.int64), np.empty(EXTRA, dtype=np.bool_)
    x_attempts = np.empty(EXTRA, dtype=np.int64)
    starts = np.empty(len(bursts) + bursts_to_come)

    for run in range(runs):
        n_extra = 0
        for i in range(len(bursts)):
            starts[i] = bursts[i]
        for i in range(bursts_to_come):
            low = max(now, midnight + opens)
            starts[len(bursts) + i] = low + np.random.random() * (midnight + closes - low)
        vanish_at = NEVER
        if vanish_to > now:
            low = max(now, vanish_from)
            vanish_at = low + np.random.random() * (vanish_to - low)
        for i in range(n_back):
            x_department[n_extra], x_joined[n_extra] = int(back[i, 0]), back[i, 1]
            x_from[n_extra], x_priority[n_extra] = back[i, 2], int(back[i, 3])
            x_gives_up[n_extra], x_promised[n_extra], x_attempts[n_extra] = NEVER, True, 1
            n_extra += 1
        for i in range(n_line):
            served[i] = False
            d = int(line[i, 0])
            if line[i, 2] > 0:
                gives_up[i] = NEVER
            elif departments[d, 4] > 0:
                gives_up[i] = now + np.random.exponential(departments[d, 5])
            else:
                gives_up[i] = now + lognormal_rest(departments[d, 5], 1.0, now - line[i, 1])
        for a in range(n_agents):
            phase[a], breaks_taken[a], vanished[a] = int(agents[a, 2]), int(agents[a, 7]), agents[a, 8]
            d, speed, elapsed = int(agents[a, 9]), agents[a, 1], now - agents[a, 3]
            dialled[a] = -1
            free[a] = NEVER
            if phase[a] == AWAY:
                free[a] = agents[a, 4]
            elif phase[a] == TALK:
                free[a] = now + talk_rest(departments[d, 0], departments[d, 1], speed, elapsed, shortest)
                free[a] += _wrap(departments, d)
            elif phase[a] == WRAP:
                free[a] = now + lognormal_rest(departments[d, 2], departments[d, 3], elapsed)
            elif phase[a] == DIALLING:
                if elapsed < answer_s and np.random.random() < answered:
                    handle = talk_rest(departments[d, 0], departments[d, 1], speed, 0.0, shortest)
                    free[a] = now + answer_s - elapsed + handle + _wrap(departments, d)
                else:
                    free[a] = now + no_answer_s - elapsed
                    # Only a first attempt is made again; `back at` holds when they joined, or NEVER.
                    again = free[a] + retry_s
                    if agents[a, 4] < NEVER and again < midnight + closes and n_extra < EXTRA:
                        x_department[n_extra], x_joined[n_extra], x_from[n_extra] = d, agents[a, 4], again
                        x_priority[n_extra], x_gives_up[n_extra] = 0, NEVER
                        x_promised[n_extra], x_attempts[n_extra] = True, 1
                        n_extra += 1
        next_high = NEVER
        if top_rate > 0:
            next_high = now + np.random.exponential(1.0 / top_rate)
        head = 0
        any_idle = False
        for a in range(n_agents):
            any_idle = any_idle or phase[a] == IDLE
        seen = now  # extras with x_from in (.., seen] stand in line
        answer = NEVER

        while True:
            a = 0
            for i in range(1, n_agents):
                if free[i] < free[a]:
                    a = i
            t = free[a]
            # Others than agents who act first
            comes, x_comes = NEVER, -1
            if any_idle:
                for x in range(n_extra):
                    if seen < x_from[x] < comes:
                        comes, x_comes = x_from[x], x
            if min(vanish_at, next_high, comes) < t:
                if vanish_at <= next_high and vanish_at <= comes:
                    t = vanish_at
                    vanish_at = NEVER
                    for i in range(vanish_count):
                        j = i + int(np.random.random() * (n_agents - i))
                        order[i], order[j] = order[j], order[i]
                        b = order[i]
                        vanished[b] = t + vanish_seconds
                        while breaks_taken[b] < 3 and breaks[b, breaks_taken[b]] < vanished[b]:
                            breaks_taken[b] += 1
                        if phase[b] == IDLE:
                            phase[b], free[b] = AWAY, vanished[b]
                    continue
                if next_high <= comes:
                    t = next_high
                    next_high = t + np.random.exponential(1.0 / top_rate)
                    if t >= midnight + closes:
                        next_high = NEVER
                        continue
                    factor = arrivals_factor(t - midnight, flat)
                    for i in range(len(starts)):
                        if starts[i] <= t < starts[i] + burst_seconds:
                            factor *= burst_factor
                            break
                    if np.random.random() * top_rate >= high_rate * factor or n_extra >= EXTRA:
                        continue
                    u, d = np.random.random() * high_rate, 0
                    while d < n_departments - 1 and u >= departments[d, 6]:
                        u -= departments[d, 6]
                        d += 1
                    x_comes = n_extra
                    x_department[n_extra], x_joined[n_extra], x_from[n_extra] = d, t, t
                    x_priority[n_extra], x_promised[n_extra], x_attempts[n_extra] = 1, False, 0
                    if departments[d, 4] > 0:
                        x_gives_up[n_extra] = t + np.random.exponential(departments[d, 5])
                    else:
                        x_gives_up[n_extra] = t + lognormal_rest(departments[d, 5], 1.0, 0.0)
                    n_extra += 1
                else:
                    t = comes
                    seen = comes
                # An idle agent takes them at once: fewest skills first.
                best = -1
                if any_idle:
                    for i in range(n_agents):
                        can = phase[i] == IDLE and (skills[i] >> x_department[x_comes]) & 1
                        if can and (best < 0 or _bits(skills[i]) < _bits(skills[best])):
                            best = i
                if best < 0:
                    continue
                a = best
            elif t >= NEVER:
                break
            else:
                # Back, or done with a call: off, away, or free
                if t >= agents[a, 5] and agents[a, 6] == 0:
                    phase[a], free[a] = GONE, NEVER
                    continue
                if t < vanished[a]:
                    phase[a], free[a] = AWAY, vanished[a]
                    continue
                k = breaks_taken[a]
                if k < 3 and t >= breaks[a, k]:
                    breaks_taken[a] += 1
                    phase[a], free[a] = AWAY, t + breaks[a, 3 + k]
                    continue
            # Agent a is free at t: who is first for them?
            while head < n_line and (served[head] or gives_up[head] <= t):
                head += 1
            chosen = -1
            for i in range(head, n_line):
                if not served[i] and gives_up[i] > t and (skills[a] >> int(line[i, 0])) & 1:
                    chosen = i
                    break
            extra = -1
            for x in range(n_extra):
                can = x_from[x] <= t < x_gives_up[x] and (skills[a] >> x_department[x]) & 1
                if can and (extra < 0 or (-x_priority[x], x_joined[x]) < (-x_priority[extra], x_joined[extra])):
                    extra = x
            if extra >= 0 and chosen >= 0:
                if (-x_priority[extra], x_joined[extra]) < (-int(line[chosen, 4]), line[chosen, 1]):
                    chosen = -1
                else:
                    extra = -1
            if chosen < 0 and extra < 0:
                if skills[a] & tag_bit:
                    answer = t - now
                    break
                if t >= agents[a, 5]:
                    phase[a], free[a] = GONE, NEVER
                else:
                    phase[a], free[a] = IDLE, NEVER
                    any_idle = True
                continue
            if chosen >= 0:
                served[chosen] = True
                d, promised, attempts = int(line[chosen, 0]), line[chosen, 2] > 0, int(line[chosen, 3])
                joined = line[chosen, 1]
            else:
                d, promised, attempts = x_department[extra], x_promised[extra], x_attempts[extra]
                joined = x_joined[extra]
                n_extra -= 1
                x_department[extra], x_joined[extra] = x_department[n_extra], x_joined[n_extra]
                x_from[extra] = x_from[n_extra]
                x_priority[extra], x_gives_up[extra] = x_priority[n_extra], x_gives_up[n_extra]
                x_promised[extra], x_attempts[extra] = x_promised[n_extra], x_attempts[n_extra]
            phase[a] = TALK
            if promised and np.random.random() >= answered:
                free[a] = t + no_answer_s
                again = free[a] + retry_s
                if attempts == 0 and again < midnight + closes and n_extra < EXTRA:
                    x_department[n_extra], x_joined[n_extra], x_from[n_extra] = d, joined, again
                    x_priority[n_extra], x_gives_up[n_extra] = 0, NEVER
                    x_promised[n_extra], x_attempts[n_extra] = True, 1
                    n_extra += 1
                continue
            free[a] = t + talk_rest(departments[d, 0], departments[d, 1], agents[a, 1], 0.0, shortest)
            free[a] += _wrap(departments, d) + (answer_s if promised else 0.0)
        waits[run] = answer
    return waits


@njit(cache=True)
def _wrap(departments, d):  # type: ignore[no-untyped-def]
    if math.isnan(departments[d, 2]):
        return 0.0
    return math.exp(departments[d, 2] + departments[d, 3] * np.random.standard_normal())


@njit(cache=True)
def _bits(skills):  # type: ignore[no-untyped-def]
    count = 0
    while skills:
        count += skills & 1
        skills >>= 1
    return count
