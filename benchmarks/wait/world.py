"""A centre's days, event by event.

Whoever abandons stays as a ghost: no agent serves them, and their wait ends at the first moment at which an agent who
could serve them is free and no real caller ranked ahead is left for that agent. Until that moment the line would have
gone exactly as it did had they stayed (nobody ranked behind is served before), so the wait is exact, not estimated.
"""

import heapq
from collections.abc import Callable

from benchmarks.wait.centres import CLOSES, SHORTEST_HANDLE_SECONDS, Callbacks, Centre
from benchmarks.wait.draws import Agent, CallerDraw, Day, draw_agents, draw_day
from benchmarks.wait.log import Log
from benchmarks.wait.people import BUSY, AgentNow, Caller, Waiting, Work

Offer = Callable[["World", Caller], bool]
"""Whether a caller who just joined the line is offered a callback."""
OnJoin = Callable[["World", Caller], None]
"""Told of everyone who has to wait, before anything follows from it."""


class World:
    def __init__(
        self,
        centre: Centre,
        seed: int,
        *,
        log: Log | None = None,
        roster: bool = False,
        offer: Offer | None = None,
        on_join: OnJoin | None = None,
    ) -> None:
        self.centre, self.seed, self.log, self.roster = centre, seed, log or Log(), roster
        self.offer = offer or (offer_by_load if centre.callbacks else None)
        self.on_join = on_join
        self.now = 0.0
        self.callers: list[Caller] = []
        self.agents: list[AgentNow] = []
        self.day: Day
        self.lines = {each.name: Waiting() for each in centre.departments}
        self.ghosts = {each.name: Waiting() for each in centre.departments}
        self.waiting: dict[str, dict[int, Caller]] = {each.name: {} for each in centre.departments}
        """Real callers in line by number, in order of joining but for returned callbacks."""
        self.coming_back: dict[int, tuple[float, Caller]] = {}
        """Callbacks that failed once: (when they stand in line again, caller)."""
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._pushed = 0

    def run(self) -> list[Caller]:
        """Everyone who called, in order of joining, each with the wait they had or would have had."""
        people = draw_agents(self.centre, self.seed)
        self.log.departments(self.centre)
        for number in range(self.centre.days):
            self._live(draw_day(self.centre, self.seed, number), people)
        return self.callers

    def _live(self, day: Day, people: tuple[Agent, ...]) -> None:
        self.day = day
        pairs = zip(people, day.shifts, strict=True)
        self.agents = [AgentNow(agent, i, shift) for i, (agent, shift) in enumerate(pairs)]
        if self.roster:
            self.log.roster(day, people)
        for each in self.agents:
            self._at(each.shift.on, self._begin_shift, each)
            self._at(each.shift.off, self._shift_over, each)
            for start, _end in each.shift.breaks:
                self._at(start, self._break_due, each)
        if day.vanish_at is not None:
            self._at(day.vanish_at, self._vanish)
        for draw in day.callers:
            self._at(draw.joined, self._join, draw)
        while self._events:
            self.now, _, happen = heapq.heappop(self._events)
            happen()
            self._settled()

    def _settled(self) -> None:
        """After every event; for those who dial ahead of the turn."""

    def _at(self, when: float, happen: Callable[..., None], *what: object) -> None:
        self._pushed += 1
        heapq.heappush(self._events, (when, self._pushed, lambda: happen(*what)))

    # Callers

    def _join(self, draw: CallerDraw) -> None:
        caller = Caller(len(self.callers), draw)
        self.callers.append(caller)
        self.log.join(self.now, caller)
        idle = self._idle_for(draw.department)
        if idle is not None:
            self._serve(idle, caller)
            return
        if self.on_join is not None:
            self.on_join(self, caller)
        if self.offer is not None and self.offer(self, caller) and draw.accepts < self._callbacks.accepted_share:
            caller.promised = True
            self.log.promise(self.now, caller)
        else:
            self._at(self.now + draw.patience, self._abandon, caller)
        self._stand(caller)

    @property
    def _callbacks(self) -> Callbacks:
        assert self.centre.callbacks is not None
        return self.centre.callbacks

    def _stand(self, caller: Caller) -> None:
        caller.waits = True
        self.lines[caller.draw.department].push(caller)
        self.waiting[caller.draw.department][caller.number] = caller

    def _abandon(self, caller: Caller) -> None:
        if not caller.waits:
            return
        caller.waits, caller.outcome, caller.waited = False, "abandoned", self.now - caller.draw.joined
        del self.waiting[caller.draw.department][caller.number]
        self.ghosts[caller.draw.department].push(caller)
        self.log.leave(self.now, caller, "abandoned")

    def _come_back(self, caller: Caller) -> None:
        del self.coming_back[caller.number]
        idle = self._idle_for(caller.draw.department)
        if idle is not None:
            self._serve(idle, caller)
        else:
            self._stand(caller)

    def _idle_for(self, department: str) -> AgentNow | None:
        """Fewest skills, then longest idle."""
        idle = [a for a in self.agents if a.work is Work.READY and department in a.agent.departments]
        return min(idle, key=lambda a: (len(a.agent.departments), a.since, a.index), default=None)

    # Calls

    def _serve(self, agent: AgentNow, caller: Caller) -> None:
        self.waiting[caller.draw.department].pop(caller.number, None)
        self._know_wait(caller)
        caller.waits = False
        agent.caller = caller
        if not caller.promised:
            self._connect(agent)
            return
        self._set(agent, Work.DIALLING, quiet=True)
        self.log.dial(self.now, caller, agent.agent)
        reached = caller.draw.answers[caller.attempts] < self._callbacks.answered_share
        caller.attempts += 1
        if reached:
            self._at(self.now + self._callbacks.answer_seconds, self._connect, agent)
        else:
            self._at(self.now + self._callbacks.no_answer_seconds, self._dial_failed, agent)

    def _know_wait(self, caller: Caller) -> None:
        if caller.offered_wait is None:
            caller.offered_wait = self.now - caller.draw.joined

    def _connect(self, agent: AgentNow) -> None:
        caller = agent.caller
        assert caller is not None
        caller.outcome, caller.waited = "connected", self.now - caller.draw.joined
        self._set(agent, Work.TALK, quiet=True)
        self.log.connect(self.now, caller, agent.agent)
        handle = max(SHORTEST_HANDLE_SECONDS, caller.draw.handle * agent.agent.speed)
        self._at(self.now + handle, self._end, agent)

    def _dial_failed(self, agent: AgentNow) -> None:
        caller = agent.caller
        assert caller is not None
        agent.caller = None
        self._retry(caller)
        self._free(agent)

    def _retry(self, caller: Caller) -> None:
        """Not reached: back in line after a while, once, or not at all."""
        self.log.dial_failed(self.now, caller)
        again = self.now + self._callbacks.retry_seconds
        if caller.attempts == 1 and again < self.day.start + CLOSES:
            self.coming_back[caller.number] = (again, caller)
            self._at(again, self._come_back, caller)
        else:
            caller.outcome = "unreached"
            self.log.leave(self.now, caller, "unreached")

    def _end(self, agent: AgentNow) -> None:
        caller = agent.caller
        assert caller is not None
        agent.caller = None
        self.log.end(self.now, caller, agent.agent)
        if caller.draw.wrap:
            self._set(agent, Work.WRAP)
            self._at(self.now + caller.draw.wrap, self._free, agent)
        else:
            self._free(agent)

    # Agents

    def _set(self, agent: AgentNow, work: Work, *, quiet: bool = False) -> None:
        agent.work, agent.since = work, self.now
        if not quiet:
            self.log.agent(self.now, agent.agent, work.value)

    def _free(self, agent: AgentNow) -> None:
        """Done with everything: leaves, has a break, takes the next caller, or is idle."""
        if self._absent(agent):
            return
        chosen = self._next_for(agent)
        self._resolve_ghosts(agent, chosen)
        if chosen is not None:
            if agent.work in (Work.OFF, Work.PAUSE, Work.WRAP):
                self._set(agent, Work.READY)
            heapq.heappop(self.lines[chosen.draw.department].heap)
            self._serve(agent, chosen)
        elif self.now >= agent.shift.off:
            self._set(agent, Work.OFF)
        else:
            self._set(agent, Work.READY)

    def _absent(self, agent: AgentNow) -> bool:
        shift = agent.shift
        if self.now >= shift.off and not shift.closing:
            self._set(agent, Work.OFF)
            return True
        if self.now < agent.vanished_until:
            self._away(agent, Work.OFF, agent.vanished_until)
            return True
        if agent.breaks_taken < len(shift.breaks) and self.now >= shift.breaks[agent.breaks_taken][0]:
            start, end = shift.breaks[agent.breaks_taken]
            agent.breaks_taken += 1
            self._away(agent, Work.PAUSE, self.now + end - start)
            return True
        return False

    def _away(self, agent: AgentNow, work: Work, until: float) -> None:
        self._set(agent, work)
        agent.back_at = until
        self._at(until, self._free, agent)

    def _next_for(self, agent: AgentNow) -> Caller | None:
        heads = [self.lines[name].head(lambda caller: caller.waits) for name in agent.agent.departments]
        return min((head for head in heads if head is not None), key=lambda caller: caller.rank, default=None)

    def _resolve_ghosts(self, agent: AgentNow, chosen: Caller | None) -> None:
        for name in agent.agent.departments:
            ghosts = self.ghosts[name].heap
            while ghosts and (chosen is None or ghosts[0][0] < chosen.rank):
                self._know_wait(heapq.heappop(ghosts)[1])

    def _begin_shift(self, agent: AgentNow) -> None:
        self._free(agent)

    def _shift_over(self, agent: AgentNow) -> None:
        # Whoever is idle at closing leaves: nobody they could serve is in line.
        if agent.work is Work.READY:
            self._set(agent, Work.OFF)

    def _break_due(self, agent: AgentNow) -> None:
        if agent.work is Work.READY:
            self._absent(agent)

    def _vanish(self) -> None:
        gone = self.centre.vanishing
        assert gone is not None
        for index in sorted(self.day.vanishing):
            agent = self.agents[index]
            agent.vanished_until = self.now + gone.seconds
            # A break that falls into the absence counts as had.
            while self._has_break_before(agent, agent.vanished_until):
                agent.breaks_taken += 1
            if agent.work is Work.READY:
                self._absent(agent)

    @staticmethod
    def _has_break_before(agent: AgentNow, when: float) -> bool:
        breaks = agent.shift.breaks
        return agent.breaks_taken < len(breaks) and breaks[agent.breaks_taken][0] < when


def offer_by_load(world: World, caller: Caller) -> bool:
    """The rule of the `callbacks` centres: waiting callers × mean handle time / busy agents above a limit."""
    assert world.centre.callbacks is not None
    busy = sum(agent.work in BUSY for agent in world.agents)
    waiting = sum(len(line) for line in world.waiting.values())
    mean = world.centre.departments[0].handle_seconds
    return busy > 0 and waiting * mean / busy > world.centre.callbacks.offer_above_seconds
