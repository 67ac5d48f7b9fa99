"""One process that takes turns and tells when it got them.

pacer_process.py REDIS_URL CALLS_PER_SECOND TURNS
"""

import sys
import time

from redis import Redis

from carrier.pacer import Pacer, Urgency

redis_url, calls_per_second, turns = sys.argv[1:]
pacer = Pacer(Redis.from_url(redis_url), calls_per_second=float(calls_per_second))
for _ in range(int(turns)):
    pacer.wait_turn(Urgency.DUE)
    # The system's clock: comparable between processes.
    sys.stdout.write(f"{time.time()}\n")
    sys.stdout.flush()
