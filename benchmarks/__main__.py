"""`make bench`: the figures of docs/performance.md, hearing.md, intents.md, wait.md. Exit status 0: the limits hold."""

import sys

from benchmarks import callbacks, hearing, intents, line, menus, simulator, webhooks
from benchmarks.wait import quick

print("Voice webhooks against a bare Flask and gunicorn answer with a signature check", flush=True)
missed = webhooks.main()
print("\nThe stand-in network in stepped time", flush=True)
missed += simulator.main()
print("\nThe line: several processes on PostgreSQL", flush=True)
missed += line.main()
print("\nPromises by the thousand", flush=True)
missed += callbacks.main()
print("\nHearing", flush=True)
missed += hearing.main()
print("\nIntents", flush=True)
missed += intents.main()
print("\nMenus", flush=True)
missed += menus.main()
print("\nThe wait: a small centre, and a bank", flush=True)
missed += quick.main()
sys.exit(1 if missed else 0)
