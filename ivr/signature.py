"""Is it really the carrier who asks?"""

from collections.abc import Iterable, Mapping

from twilio.request_validator import RequestValidator


class SignatureCheck:
    """Accepts what was signed with one of `auth_tokens` (two while a token is being exchanged).

    The signed URL is built from PUBLIC_URL alone: `Host` and `X-Forwarded-*` come from whoever asks.
    """

    def __init__(self, auth_tokens: Iterable[str], public_url: str, media_url: str | None) -> None:
        self._validators = [RequestValidator(token) for token in auth_tokens]
        self._public_url = public_url.rstrip("/")
        self._media_url = media_url

    def webhook(self, path_and_query: str, form: Mapping[str, str | list[str]], signature: str) -> bool:
        return self._valid(f"{self._public_url}{path_and_query}", form, signature)

    def socket(self, signature: str) -> bool:
        """A media socket's handshake. Which spelling of the URL is signed is unconfirmed (wss or https, with or
        without a slash at the end); each needs our token all the same."""
        if self._media_url is None:
            return False
        base = self._media_url.rstrip("/")
        web = base.replace("ws", "http", 1)
        return any(self._valid(url, {}, signature) for url in (base, f"{base}/", web, f"{web}/"))

    def _valid(self, url: str, form: Mapping[str, str | list[str]], signature: str) -> bool:
        return any(validator.validate(url, form, signature) for validator in self._validators)
