"""A recording's bytes: what they are, and whether the carrier can play them. Pure."""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass

LARGEST_RECORDING_BYTES = 2_000_000
LONGEST_RECORDING_SECONDS = 60.0
WAV, MP3 = "audio/wav", "audio/mpeg"

_PCM, _A_LAW, _MU_LAW, _EXTENSIBLE = 0x0001, 0x0006, 0x0007, 0xFFFE
_PLAYED_BITS = {_PCM: (8, 16), _A_LAW: (8,), _MU_LAW: (8,)}
_FORMAT = struct.Struct("<HHIIHH")
_NAMES = {0x0002: "ADPCM", 0x0003: "floating point", 0x0011: "ADPCM", 0x0031: "GSM", 0x0055: "MP3"}


@dataclass(frozen=True)
class Recording:
    """A sound that the carrier plays."""

    media_type: str
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


class NotPlayable(Exception):
    """These bytes can't be played to callers; says why."""


def recording(data: bytes) -> Recording:
    """Raises NotPlayable. An MP3's length is not computed: its size is its limit."""
    if len(data) > LARGEST_RECORDING_BYTES:
        raise NotPlayable(f"is larger than {LARGEST_RECORDING_BYTES / 1e6:g} MB")
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        _check_wav(data)
        return Recording(WAV, data)
    if _is_mp3(data):
        return Recording(MP3, data)
    raise NotPlayable("is neither WAV nor MP3, whatever its name says")


def _check_wav(data: bytes) -> None:
    bytes_a_second, sound = _wav(data)
    if sound == 0 or bytes_a_second == 0:
        raise NotPlayable("has no sound in it")
    seconds = sound / bytes_a_second
    if seconds > LONGEST_RECORDING_SECONDS:
        raise NotPlayable(f"takes {seconds:.0f} s; {LONGEST_RECORDING_SECONDS:.0f} s at most, please")


def _wav(data: bytes) -> tuple[int, int]:
    """(bytes a second, bytes of sound). Raises NotPlayable for a form that the carrier does not know."""
    chunks = dict(reversed(list(_chunks(data))))  # Of two with one name the first counts.
    about = chunks.get(b"fmt ", b"")
    if len(about) < _FORMAT.size or b"data" not in chunks:
        raise NotPlayable("is a WAV file that breaks off: export it again")
    kind, channels, rate_hz, _average, _block, bits = _FORMAT.unpack_from(about)
    if kind == _EXTENSIBLE and len(about) >= 26:
        kind = int.from_bytes(about[24:26], "little")
    if bits not in _PLAYED_BITS.get(kind, ()):
        name = f"{bits} bit" if kind == _PCM else _NAMES.get(kind, f"form {kind}")
        raise NotPlayable(f"is WAV of {name}: export it as PCM of 16 bit (or 8), µ-law or A-law")
    if channels not in (1, 2):
        raise NotPlayable(f"has {channels} channels: export it as mono")
    return channels * rate_hz * bits // 8, len(chunks[b"data"])


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and body of each. One that says it is longer than the file (a stream's header does) ends with it."""
    at = 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _is_mp3(data: bytes) -> bool:
    """A tag, or a frame of MPEG layer III with a bit rate and sampling rate that exist."""
    if data[:3] == b"ID3":
        return True
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return False
    version, layer = data[1] >> 3 & 3, data[1] >> 1 & 3
    bit_rate, sampling_rate = data[2] >> 4, data[2] >> 2 & 3
    return version != 1 and layer == 1 and bit_rate not in (0, 15) and sampling_rate != 3
