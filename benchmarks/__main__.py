"""`make bench`: every figure of docs/performance.md."""

import sys

from benchmarks import webhooks

print("Voice webhooks against a bare Flask and gunicorn answer with a signature check")
sys.exit(webhooks.main())
