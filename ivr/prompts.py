"""A question about promises → what is said. Pure; the documents around it are ivr/render.py's."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from callbacks.slots import DAYS_AHEAD
from ivr.menu.model import Menu
from ivr.states import (
    AnyChoice,
    ChoosingTime,
    ConfirmingCancel,
    ConfirmingMove,
    ConfirmingNumber,
    EnteringPin,
    Managing,
    Promised,
    PromiseTold,
    Returning,
    SharedNumber,
    VerifyingNumber,
)
from ivr.words import words_for
from ivr.words.promises import promise_words_for


@dataclass(frozen=True)
class Prompts:
    """In the menu's language."""

    menu: Menu
    heard: bool

    def question(self, state: AnyChoice) -> str:
        words = promise_words_for(self.menu.language)
        match state:
            case ChoosingTime():
                return self._times(state)
            case ConfirmingMove(due_at=due_at):
                return words.confirm_move(self.local(due_at), heard=self.heard)
            case SharedNumber():
                return words.shared_number(heard=self.heard)
            case Returning(callback_id=callback_id):
                return words.returning(several=callback_id is None, heard=self.heard)
            case Managing(department=department, due_at=due_at):
                return words.managing(self._name(department), self.local(due_at))
            case ConfirmingCancel(department=department):
                return words.confirm_cancel(self._name(department), heard=self.heard)

    def digits(self, state: EnteringPin | VerifyingNumber) -> str:
        """What has to be keyed."""
        words = promise_words_for(self.menu.language)
        again = state.failures > 0
        return words.enter_pin(again=again) if isinstance(state, EnteringPin) else words.verify_number(again=again)

    def number_and_time(self, state: ConfirmingNumber) -> str:
        at = self.local(state.due_at) if state.timed else None
        if at is None:
            return words_for(self.menu.language).confirm_number(state.number, heard=self.heard)
        return promise_words_for(self.menu.language).confirm_promise(at, state.number, heard=self.heard)

    def promised(self, state: Promised) -> list[str]:
        words, at = promise_words_for(self.menu.language), self.local(state.due_at)
        code = [] if state.pickup_code is None else [words.pickup_code(state.pickup_code)]
        if state.timed and at is not None:
            return [*code, words.promised_at(at)]
        return [*code, words_for(self.menu.language).promised(at, again=state.again)]

    def told(self, state: PromiseTold) -> str:
        words = promise_words_for(self.menu.language)
        match state.what:
            case "stands":
                return words.stands()
            case "closed":
                return words.stands_closed(self._hours(state.department))
            case "moved":
                return words.moved(self.local(state.due_at))
            case "cancelled":
                return words.cancelled()
            case "over":
                return words.over()

    def local(self, iso: str | None) -> datetime | None:
        """A stored time, in the site's zone."""
        return None if iso is None else datetime.fromisoformat(iso).astimezone(ZoneInfo(self.menu.site.time_zone))

    def _times(self, state: ChoosingTime) -> str:
        options = [at for iso in state.options if (at := self.local(iso)) is not None]
        return promise_words_for(self.menu.language).times(
            state.time_why,
            options,
            self._hours(state.department),
            DAYS_AHEAD,
            heard=self.heard,
            moving=state.moving is not None,
        )

    def _hours(self, department_id: str | None) -> str:
        department = self.menu.person if department_id is None else self.menu.department(department_id)
        return words_for(self.menu.language).describe_hours(department.hours)

    def _name(self, department_id: str) -> str:
        return self.menu.department(department_id).name
