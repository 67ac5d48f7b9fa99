"""SIDs and tokens: by chance, or from a seed, the same in every run."""

import random


class Sids:
    def __init__(self, seed: int | None = None) -> None:
        """None: by chance."""
        # Names for the things of a test, no secrets of anybody's.
        self._random = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311

    def new(self, kind: str) -> str:
        """`kind`: Twilio's two letters, CA for a call."""
        return f"{kind}{self.token()}"

    def token(self) -> str:
        return self._random.randbytes(16).hex()
