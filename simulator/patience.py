"""How patient the network is with one webhook: Twilio's defaults, and what the fragment of the URL says instead."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urldefrag

# Confirmed: connect 5 s, answer 15 s, 15 s together, one retry; `ct`, `rt`, `tt` are milliseconds within these bounds.
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
TOTAL_SECONDS = 15.0
RETRIES = 1
LEAST_MS = 100
MOST_MS = {"ct": 10_000, "rt": 15_000, "tt": 15_000}
MOST_RETRIES = 5
# Confirmed: `#rc=2&rp=all`. Unconfirmed: that only a failed connection is retried where nothing else is said.
RETRY_POLICIES = frozenset({"4xx", "5xx", "ct", "rt"})
RETRIED = frozenset({"ct"})
KNOWN = "ct, rt, tt, rc and rp"


class BadOverride(ValueError):
    """The fragment asks for something that this network does not do."""


@dataclass(frozen=True)
class Patience:
    connect_seconds: float = CONNECT_SECONDS
    answer_seconds: float = ANSWER_SECONDS
    total_seconds: float = TOTAL_SECONDS
    retries: int = RETRIES
    retried: frozenset[str] = RETRIED
    """After which failures there is another try: ct (no connection), rt (no answer), 4xx, 5xx."""


def patience_with(url: str, retried: str = "ct") -> tuple[str, Patience]:
    """The address without its fragment, which is neither sent nor signed, and what the fragment asks for. `retried`:
    the policy where it asks for none.

    Raises BadOverride.
    """
    address, fragment = urldefrag(url)
    asked = dict(parse_qsl(fragment, keep_blank_values=True))
    unknown = sorted(set(asked) - {*MOST_MS, "rc", "rp"})
    if unknown or (fragment and not asked):
        raise BadOverride(f"#{fragment}: {', '.join(unknown) or fragment!r} is not spoken here, only {KNOWN}")
    return address, Patience(
        connect_seconds=_seconds(asked, "ct", CONNECT_SECONDS),
        answer_seconds=_seconds(asked, "rt", ANSWER_SECONDS),
        total_seconds=_seconds(asked, "tt", TOTAL_SECONDS),
        retries=_within(asked["rc"], "rc", 0, MOST_RETRIES) if "rc" in asked else RETRIES,
        retried=_policies(asked.get("rp", retried)),
    )


def _seconds(asked: dict[str, str], name: str, default: float) -> float:
    return _within(asked[name], name, LEAST_MS, MOST_MS[name]) / 1000 if name in asked else default


def _within(text: str, name: str, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise BadOverride(f"#{name}={text}: {least} to {most} is expected")
    return int(text)


def _policies(text: str) -> frozenset[str]:
    given = frozenset(text.split(","))
    if given == {"all"}:
        return RETRY_POLICIES
    if not given <= RETRY_POLICIES:
        raise BadOverride(f"#rp={text}: all, or some of {', '.join(sorted(RETRY_POLICIES))} are expected")
    return given
