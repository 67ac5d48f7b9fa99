"""`make bench`: the figures of docs/performance.md, hearing.md and intents.md. Exit status 0 when the limits hold."""

import sys

from benchmarks import hearing, intents, line, simulator, webhooks

print("Voice webhooks against a bare Flask and gunicorn answer with a signature check", flush=True)
missed = webhooks.main()
print("\nThe stand-in network in stepped time", flush=True)
missed += simulator.main()
print("\nThe line: several processes on PostgreSQL", flush=True)
missed += line.main()
print("\nHearing", flush=True)
missed += hearing.main()
print("\nIntents", flush=True)
missed += intents.main()
sys.exit(1 if missed else 0)
