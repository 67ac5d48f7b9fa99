"""Texts: from the application to people, and back."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import phonenumbers

from simulator.message_twiml import replies_in
from simulator.parameters import API_VERSION, country_of
from simulator.twiml import BadTwiml
from simulator.webhooks import WebhookFailed, Webhooks

if TYPE_CHECKING:
    from simulator.network import PhoneNetwork

# Confirmed by Twilio's list of errors: a landline, and a phone that nobody has.
LANDLINE, UNREACHABLE = 30006, 30003
# Unconfirmed: that these (the queue is full, the account suspended) fail before anything was sent.
NEVER_SENT = frozenset({30001, 30002})
LETTERS_A_SEGMENT, LETTERS_A_LONG_SEGMENT = 160, 153
# One letter that is not in the telephone's alphabet makes all of them longer. Here: whatever is not ASCII.
WIDE_A_SEGMENT, WIDE_A_LONG_SEGMENT = 70, 67


@dataclass
class Message:
    sid: str
    to: str
    from_number: str
    body: str
    direction: str
    """outbound-api, outbound-reply or inbound."""
    status: str
    created_at: datetime
    changed_at: datetime
    status_url: str | None = None
    sent_at: datetime | None = None
    error_code: int | None = None


class Messages:
    """All of them. What people are sent is theirs to read; what they text is told to the application."""

    def __init__(self, network: "PhoneNetwork") -> None:
        self._network = network
        self._webhooks: dict[tuple[str, str], Webhooks] = {}
        self._lock = threading.Lock()
        self._all: dict[str, Message] = {}

    def newest_first(self) -> list[Message]:
        return list(self._all.values())[::-1]

    def find(self, sid: str) -> Message | None:
        return self._all.get(sid)

    def received_by(self, number: str) -> list[Message]:
        return [m for m in list(self._all.values()) if m.to == number and m.status == "delivered"]

    def send(self, to: str, from_number: str, body: str, status_url: str | None, direction: str) -> Message:
        """Queued; it is on its way at once."""
        message = self._new(to, from_number, body, direction, "queued")
        message.status_url = status_url
        self._network.later(message.sid, lambda: self._carry(message))
        return message

    def text(self, from_number: str, body: str, to: str | None = None) -> Message:
        """A person texts the application; its answer may be more texts."""
        message = self._new(to or self._network.config.number, from_number, body, "inbound", "received")
        self._event(message, "text_from_person")
        self._network.later(message.sid, lambda: self._tell_of(message))
        self._network.tell_no_more(message.sid)
        return message

    def _new(self, to: str, from_number: str, body: str, direction: str, status: str) -> Message:
        now = self._network.now()
        message = Message(
            self._network.new_sid("SM"), to, from_number, body, direction, status, created_at=now, changed_at=now
        )
        self._all[message.sid] = message
        return message

    # To people

    def _carry(self, message: Message) -> None:
        message.error_code = self._why_not(message)
        for status in _course(message.error_code):
            self._become(message, status)
        self._network.tell_no_more(message.sid)
        if message.status == "delivered":
            self._answer_for_them(message)

    def _why_not(self, message: Message) -> int | None:
        """A code where it cannot be delivered."""
        asked = self._network.faults.take("message_fails", f"{message.to} {message.body}")
        if asked is not None:
            return int(asked)
        if is_landline(message.to):
            return LANDLINE
        return None if self._network.person_at(message.to) is not None else UNREACHABLE

    def _become(self, message: Message, status: str) -> None:
        message.status, message.changed_at = status, self._network.now()
        if status == "sent":
            message.sent_at = message.changed_at
        self._event(message, f"text_{status}")
        if message.status_url is not None:
            self._ask(message, message.status_url, _status_parameters(self._network, message))

    def _answer_for_them(self, message: Message) -> None:
        """What the person always answers to such a text."""
        person = self._network.person_at(message.to)
        for part, answer in (person.answers_texts if person is not None else {}).items():
            if part in message.body:
                self.text(message.to, answer, to=message.from_number)
                return

    # To the application

    def _tell_of(self, message: Message) -> None:
        url = self._network.config.message_url
        document = None if url is None else self._ask(message, url, _parameters(self._network, message))
        try:
            replies = [] if document is None else replies_in(document)
        except BadTwiml as error:
            self._error(message, error.code, str(error), url)
            return
        for reply in replies:
            self.send(reply.to or message.from_number, message.to, reply.body, None, "outbound-reply")

    def _ask(self, message: Message, url: str, parameters: Mapping[str, str]) -> str | None:
        try:
            answer = self._between(message).ask(url, parameters)
        except WebhookFailed as error:
            self._error(message, error.code, str(error), url)
            return None
        self._network.events.add("webhook", message=message.sid, url=url, status=answer.status)
        return answer.text

    def _between(self, message: Message) -> Webhooks:
        """Confirmed: cookies belong to the two numbers, whoever of them texts."""
        one, other = sorted((message.to, message.from_number))
        with self._lock:
            webhooks = self._webhooks.get((one, other))
            if webhooks is None:
                webhooks = self._webhooks[one, other] = self._network.new_webhooks()
                webhooks.close()  # Numbers are many: their cookies are kept, their connections are not.
        return webhooks

    def _error(self, message: Message, code: int, text: str, url: str | None) -> None:
        self._network.events.add("error", text=message.sid, code=code, message=text, url=url, method="POST")

    def _event(self, message: Message, kind: str) -> None:
        self._network.events.add(
            kind,
            text=message.sid,
            to=message.to,
            sender=message.from_number,
            body=message.body,
            code=message.error_code,
        )


def _course(error_code: int | None) -> tuple[str, ...]:
    """What becomes of a message, from one status to the next."""
    if error_code is None:
        return ("sent", "delivered")
    return ("failed",) if error_code in NEVER_SENT else ("sent", "undelivered")


def segments(body: str) -> int:
    one, more = (LETTERS_A_SEGMENT, LETTERS_A_LONG_SEGMENT) if body.isascii() else (WIDE_A_SEGMENT, WIDE_A_LONG_SEGMENT)
    return 1 if len(body) <= one else -(-len(body) // more)


def is_landline(number: str) -> bool:
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
    return kind == phonenumbers.PhoneNumberType.FIXED_LINE


def _parameters(network: "PhoneNetwork", message: Message) -> dict[str, str]:
    ends = {"To": message.to, "From": message.from_number}
    countries = {f"{name}Country": country_of(number) for name, number in ends.items()}
    places = {f"{name}{place}": "" for name in ends for place in ("City", "State", "Zip")}
    return {
        "AccountSid": network.config.account_sid,
        "ApiVersion": API_VERSION,
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsMessageSid": message.sid,
        "SmsStatus": message.status,
        "Body": message.body,
        "NumMedia": "0",
        "NumSegments": str(segments(message.body)),
        **ends,
        **countries,
        **places,
    }


def _status_parameters(network: "PhoneNetwork", message: Message) -> dict[str, str]:
    failed = {} if message.error_code is None or message.status == "sent" else {"ErrorCode": str(message.error_code)}
    return {
        "AccountSid": network.config.account_sid,
        "ApiVersion": API_VERSION,
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": message.status,
        "SmsStatus": message.status,
        "To": message.to,
        "From": message.from_number,
        **failed,
    }
