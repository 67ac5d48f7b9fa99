"""`make bench`: every figure of docs/performance.md and docs/hearing.md. Exit status 0 when the limits hold."""

import sys

from benchmarks import hearing, webhooks

print("Voice webhooks against a bare Flask and gunicorn answer with a signature check", flush=True)
missed = webhooks.main()
print("\nHearing", flush=True)
missed += hearing.main()
sys.exit(1 if missed else 0)
