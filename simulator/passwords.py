"""Addresses may hold a name and a password (`https://name:password@host`): neither is written down anywhere."""

import re
from typing import TypeVar

T = TypeVar("T")
_USER = re.compile(r"""(?<=://)[^\s/?#"'<>]+@""")


def without_passwords(fact: T) -> T | str:
    """Text with every such part as `***@`; anything else as it is."""
    return _USER.sub("***@", fact) if isinstance(fact, str) else fact
