"""Small sound files, made here."""

import struct

HALF_A_SECOND_BYTES = 4000
MP3 = b"\xff\xfb\x90\x00" + bytes(413)
"""One frame: MPEG 1, layer III, 128 kbit/s, 44.1 kHz."""


def wav(
    sound: bytes = bytes(HALF_A_SECOND_BYTES), *, kind: int = 7, channels: int = 1, rate_hz: int = 8000, bits: int = 8
) -> bytes:
    """By default half a second of mu-law. `kind`: the form's number in the header."""
    block = channels * bits // 8
    about = struct.pack("<HHIIHH", kind, channels, rate_hz, rate_hz * block, block, bits)
    chunks = _chunk(b"fmt ", about) + _chunk(b"LIST", b"odd") + _chunk(b"data", sound)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def extensible_wav() -> bytes:
    """Half a second of 16 bit; the header's form says "see below"."""
    about = struct.pack("<HHIIHHHHI", 0xFFFE, 1, 8000, 16000, 2, 16, 22, 16, 4)
    about += b"\x01\x00\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"
    chunks = _chunk(b"fmt ", about) + _chunk(b"data", bytes(2 * HALF_A_SECOND_BYTES))
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
