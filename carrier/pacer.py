"""One account, one pace: the carrier places one REST-created call a second and queues the rest blindly.

We queue them ourselves, so that agents of callers who are on the line come before callbacks that are due.
"""

import logging
import threading
import time
import uuid
from collections.abc import Callable
from enum import IntEnum

from redis import Redis
from redis.exceptions import RedisError

log = logging.getLogger("barocall.pacer")

TICKETS = "barocall:pacer:tickets"
NEXT_TURN = "barocall:pacer:next"
# A ticket whose process died must not hold up the others for longer than this.
TICKET_LIFE_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 0.05

# KEYS: tickets, next turn, ticket's own. ARGV: ticket, rank, interval in ms, life in ms.
# Time is the server's, so that hosts with wrong clocks agree.
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local life = tonumber(ARGV[4])
redis.call('HSET', KEYS[3], ARGV[1], now)
redis.call('ZADD', KEYS[1], 'NX', ARGV[2], ARGV[1])
for _, ticket in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local seen = tonumber(redis.call('HGET', KEYS[3], ticket) or 0)
  if now - seen > life then
    redis.call('ZREM', KEYS[1], ticket)
    redis.call('HDEL', KEYS[3], ticket)
  end
end
local turn = tonumber(redis.call('GET', KEYS[2]) or 0)
if redis.call('ZRANGE', KEYS[1], 0, 0)[1] ~= ARGV[1] then return -1 end
if now < turn then return turn - now end
redis.call('SET', KEYS[2], now + tonumber(ARGV[3]), 'PX', 600000)
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
return 0
"""


class Urgency(IntEnum):
    """Smaller goes first."""

    LIVE = 0
    """Somebody is on the line: a caller who waits for an agent, or an agent who waits for a caller."""
    DUE = 1
    """A callback is due; nobody is on the line."""


class Pacer:
    """Shared by all processes through Redis; without Redis each process paces itself."""

    def __init__(
        self, redis: Redis, *, calls_per_second: float = 1.0, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._redis = redis
        self._interval_seconds = 1.0 / calls_per_second
        self._take = redis.register_script(_TAKE)
        self._sleep = sleep
        self._alone = threading.Lock()
        self._alone_next = 0.0
        self._redis_away = False

    def wait_turn(self, urgency: Urgency) -> None:
        """Return when this process may place one call."""
        ticket = uuid.uuid4().hex
        # Within one urgency tickets are served in order of coming; the clock only has to be roughly right.
        rank = urgency * 1e12 + time.time()
        try:
            while (wait_seconds := self._ask(ticket, rank)) > 0:
                self._sleep(wait_seconds)
            self._redis_away = False
        except RedisError as error:
            if not self._redis_away:
                log.warning("pacing alone, Redis is away: %s", error)
            self._redis_away = True
            self._wait_alone()

    def _ask(self, ticket: str, rank: float) -> float:
        """0 when it is our turn, else how long to wait before asking again."""
        answer = self._take(
            keys=[TICKETS, NEXT_TURN, f"{TICKETS}:seen"],
            args=[ticket, rank, int(self._interval_seconds * 1000), int(TICKET_LIFE_SECONDS * 1000)],
        )
        wait_ms = int(answer)
        if wait_ms < 0:
            return LOOK_AGAIN_SECONDS
        return min(wait_ms / 1000, LOOK_AGAIN_SECONDS)

    def _wait_alone(self) -> None:
        with self._alone:
            now = time.monotonic()
            turn = max(now, self._alone_next)
            self._alone_next = turn + self._interval_seconds
        self._sleep(turn - now)
