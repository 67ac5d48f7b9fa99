"""What a caller gets to know us by again: PINs, codes and links. Nothing of it is stored: each is made anew from the
secret and the number of the row that it belongs to."""

import hashlib
import hmac
from dataclasses import dataclass

from itsdangerous import BadSignature, SignatureExpired, URLSafeSerializer, URLSafeTimedSerializer

PIN_DIGITS = 6
FORM_SECONDS = 24 * 3600
"""A page that was opened so long ago has to be opened again."""


@dataclass(frozen=True)
class Seals:
    secret: str

    def pin(self, callback_id: int) -> str:
        """Opens the details of a promise to whoever phones from its number."""
        return self._digits(f"pin:{callback_id}")

    def code(self, text_id: int) -> str:
        """Shows that who wants a number called can read what was sent to it."""
        return self._digits(f"code:{text_id}")

    def link(self, callback_id: int) -> str:
        """The end of the address that a text carries."""
        token = URLSafeSerializer(self.secret, salt="link").dumps(callback_id)
        return token.decode() if isinstance(token, bytes) else token

    def callback_of_link(self, link: str) -> int | None:
        """None for a link that was altered."""
        try:
            callback_id = URLSafeSerializer(self.secret, salt="link").loads(link)
        except BadSignature:
            return None
        return callback_id if isinstance(callback_id, int) else None

    def form(self, callback_id: int) -> str:
        """Stands in every form of a promise's page: only who was shown the page can send it."""
        token = URLSafeTimedSerializer(self.secret, salt="form").dumps(callback_id)
        return token.decode() if isinstance(token, bytes) else token

    def is_form_of(self, callback_id: int, form: str) -> bool:
        try:
            sealed = URLSafeTimedSerializer(self.secret, salt="form").loads(form, max_age=FORM_SECONDS)
        except (BadSignature, SignatureExpired):
            return False
        return bool(sealed == callback_id)

    def _digits(self, what: str) -> str:
        mixed = hmac.new(self.secret.encode(), what.encode(), hashlib.sha256).digest()
        return f"{int.from_bytes(mixed[:8]) % 10**PIN_DIGITS:0{PIN_DIGITS}}"


def same_digits(given: str, right: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(given.encode(), right.encode())
