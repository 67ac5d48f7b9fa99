"""How many callers can be heard at once: real sockets, real speech in real time, the true media server on one core.

    python -m benchmarks.load --callers 4,6,8 --speech 1.0 [--free] [--cores 2]

Lag is what recognition adds to the silence that ends an utterance (p95 at most 300 ms is served well). Needs the
development clips (BAROCALL_SHARED), as benchmarks/hearing.py does.
"""

import argparse
import base64
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import psutil
import requests
from simple_websocket import Client, ConnectionClosed
from twilio.request_validator import RequestValidator

from benchmarks.hearing import CLIPS, development_clips, shared_folder
from speech.telephone import FRAME_BYTES, FRAME_SECONDS, MULAW_SILENCE, RATE_HZ

MEDIA_URL = "ws://load/media"
TOKEN = "secret"  # noqa: S105
PORT = 18_765
RUN_SECONDS = 40.0
BETWEEN_SECONDS = 1.2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--callers", default="4,8,12")
    parser.add_argument("--speech", type=float, default=1.0, help="share of the time in which a caller speaks")
    parser.add_argument(
        "--free", action="store_true", help="then the same with Vosk hearing anything, without a grammar"
    )
    parser.add_argument("--cores", type=int, default=1, help="for the media server, with as many threads to recognise")
    given = parser.parse_args()
    folder = shared_folder()
    if not (folder / CLIPS).is_dir():
        sys.exit("skipped: the development clips are not at hand (BAROCALL_SHARED)")
    clips, line = development_clips(folder / CLIPS)
    spoken = [line.carries(clip) for clip in clips]
    for count in (int(number) for number in given.callers.split(",")):
        for free in (False, True) if given.free else (False,):
            _run(Load(count, given.speech, given.cores, free), spoken, folder)


@dataclass(frozen=True)
class Load:
    callers: int
    share: float
    cores: int
    free: bool

    def __str__(self) -> str:
        how = "free-form" if self.free else "grammar"
        return f"{how:>9}, {self.cores} core, {self.callers:>3} callers, speaking {100 * self.share:.0f} % of the time"


def _run(load: Load, spoken: Sequence[bytes], folder: Path) -> None:
    with TemporaryDirectory() as name:
        lags = Path(name) / "lags"
        lags.touch()
        environ = {
            **os.environ,
            "BAROCALL_SHARED": str(folder),
            "LOAD_LAGS": str(lags),
            "LOAD_WORKERS": str(load.cores),
        }
        environ |= {"LOAD_FREE": "yes"} if load.free else {}
        command = ["gunicorn", "--workers", "1", "--threads", "200", "--bind", f"127.0.0.1:{PORT}"]
        server = subprocess.Popen(
            [sys.executable, "-m", *command, "--log-level", "error", "benchmarks.load_server:create()"],
            env=environ,
            stderr=subprocess.DEVNULL,  # Whoever still spoke at the end is cut off, and says so.
        )
        try:
            process = _ready(server, load.cores)
            before = sum(process.cpu_times()[:2])
            idle = process.memory_info().rss
            _ring(load, spoken)
            cpu = (sum(process.cpu_times()[:2]) - before) / RUN_SECONDS
            told = [json.loads(line) for line in lags.read_text().splitlines()]
            memory = (process.memory_info().rss - idle) / load.callers / 1e6
        finally:
            server.terminate()
            server.wait()
    cuts = quantiles(told, n=20, method="inclusive") if len(told) > 1 else [0.0] * 19
    print(
        f"{load}: lag median {1000 * cuts[9]:.0f} ms, "
        f"p95 {1000 * cuts[18]:.0f} ms of {len(told)} answers; {cpu:.2f} core, {memory:.1f} MB a call",
        flush=True,
    )


def _ready(server: "subprocess.Popen[bytes]", cores: int) -> psutil.Process:
    """The worker that serves, on so many cores."""
    while not _answers():
        if server.poll() is not None:
            sys.exit("the media server did not start")
        time.sleep(0.2)
    [worker] = psutil.Process(server.pid).children()
    for thread in worker.threads():
        os.sched_setaffinity(thread.id, set(range(cores)))
    worker.cpu_affinity(list(range(cores)))
    return worker


def _answers() -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{PORT}/healthz", timeout=1).ok
    except requests.RequestException:
        return False


def _ring(load: Load, spoken: Sequence[bytes]) -> None:
    os.sched_setaffinity(0, {1})
    until = time.monotonic() + RUN_SECONDS
    threads = [threading.Thread(target=_call, args=(n, load.share, spoken, until)) for n in range(load.callers)]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    for thread in threads:
        thread.join()


def _call(number: int, share: float, spoken: Sequence[bytes], until: float) -> None:
    signature = RequestValidator(TOKEN).compute_signature(MEDIA_URL, {})
    socket = Client(f"ws://127.0.0.1:{PORT}/media", headers={"X-Twilio-Signature": signature})
    socket.send(json.dumps({"event": "connected"}))
    start = {"callSid": f"CA{number:032d}", "customParameters": {"token": "x"}}
    socket.send(json.dumps({"event": "start", "start": start}))
    due = time.monotonic()
    with suppress(ConnectionClosed):
        for frame in _talk(random.Random(number), share, spoken):
            if due >= until:
                break
            socket.send(json.dumps({"event": "media", "media": {"payload": base64.b64encode(frame).decode()}}))
            due += FRAME_SECONDS
            time.sleep(max(due - time.monotonic(), 0))
        socket.close()


def _talk(dice: random.Random, share: float, spoken: Sequence[bytes]) -> Iterator[bytes]:
    """Sentences with silence between them, so that speech fills its share of the time (at 1: as dense as can be)."""
    while True:
        sentence = dice.choice(spoken)
        seconds = len(sentence) / RATE_HZ
        silence = max(seconds * (1 / share - 1) * dice.uniform(0.5, 1.5), BETWEEN_SECONDS)
        sound = bytes([MULAW_SILENCE]) * int(silence * RATE_HZ) + sentence
        for start in range(0, len(sound) - FRAME_BYTES + 1, FRAME_BYTES):
            yield sound[start : start + FRAME_BYTES]


if __name__ == "__main__":
    main()
