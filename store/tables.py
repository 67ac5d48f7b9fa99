"""What barocall remembers. Facts live here and nowhere else; docs/house.md says who writes which table."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. A naive datetime is refused: it would be off by nine hours in Seoul."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: give an aware one")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _refers(name: str, target: str, *, optional: bool = False, looked_up: bool = True) -> Column[int]:
    """`looked_up`: rows are found by it, so it is indexed; an index costs every webhook that writes the row."""
    return Column(name, Integer, ForeignKey(f"{target}.id"), nullable=optional, index=looked_up)


menu_versions = Table(
    "menu_versions",
    metadata,
    _id(),
    Column("digest", String(64), nullable=False, unique=True),
    Column("file_name", Text, nullable=False),
    Column("source", Text, nullable=False),
    # For the first time; `menu_publications` has them all.
    Column("published_at", UtcTime, nullable=False),
    Column("published_by", Text, nullable=False),
)

# The latest row names the menu in force: a rollback is a row like any other.
menu_publications = Table(
    "menu_publications",
    metadata,
    _id(),
    _refers("menu_version_id", "menu_versions", looked_up=False),
    Column("at", UtcTime, nullable=False),
    Column("by", Text, nullable=False),
    # ivr.versions.How
    Column("how", String(10), nullable=False),
)

# What a version's phrases teach, trained once (speech.classifier).
menu_lessons = Table(
    "menu_lessons",
    metadata,
    _id(),
    _refers("menu_version_id", "menu_versions", looked_up=False),
    Column("language", String(5), nullable=False),
    # The sentence encoder it was trained with: another one's rows would mean nothing.
    Column("encoder", String(40), nullable=False),
    Column("data", LargeBinary, nullable=False),
    UniqueConstraint("menu_version_id", "language", "encoder"),
)

# Recorded prompts; the same sound is kept once, however many versions play it.
recordings = Table(
    "recordings",
    metadata,
    _id(),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("media_type", String(20), nullable=False),
    Column("data", LargeBinary, nullable=False),
)

menu_recordings = Table(
    "menu_recordings",
    metadata,
    _id(),
    _refers("menu_version_id", "menu_versions", looked_up=False),
    # Of the file, from the menu's folder.
    Column("path", Text, nullable=False),
    _refers("recording_id", "recordings", looked_up=False),
    UniqueConstraint("menu_version_id", "path"),
)

cases = Table(
    "cases",
    metadata,
    _id(),
    # E.164; null where the caller withheld it: such a caller has no identity.
    Column("number", String(20), index=True),
    Column("language", String(5), nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("outcome", String(40)),
)

agents = Table(
    "agents",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("phone", String(20), nullable=False, unique=True),
    # callqueue.agents.AgentState
    Column("state", String(10), nullable=False),
    Column("state_since", UtcTime, nullable=False),
    Column("state_reason", Text, nullable=False, default="", server_default=""),
    # Of the last caller: how long may be written up is the department's to say.
    Column("last_department", String(40)),
)

ORDINARY_LEVEL = 5

agent_skills = Table(
    "agent_skills",
    metadata,
    Column("agent_id", ForeignKey("agents.id"), primary_key=True),
    Column("skill", String(40), primary_key=True),
    # How well: larger is better.
    Column("level", Integer, nullable=False, default=ORDINARY_LEVEL, server_default=str(ORDINARY_LEVEL)),
)

roster = Table(
    "roster",
    metadata,
    _id(),
    _refers("agent_id", "agents"),
    Column("on_at", UtcTime, nullable=False, index=True),
    Column("off_at", UtcTime, nullable=False),
    # [[begin, end], …] in Unix seconds.
    Column("breaks", JSON, nullable=False),
)

callbacks = Table(
    "callbacks",
    metadata,
    _id(),
    _refers("case_id", "cases"),
    Column("department", String(40), nullable=False),
    Column("number", String(20), nullable=False, index=True),
    # 0, or counted up for people who share a number: each has a promise of their own, told apart by its PIN.
    Column("holder", Integer, nullable=False, default=0),
    # callbacks.promises.Origin: who asked for it.
    Column("origin", String(10), nullable=False, default="caller"),
    Column("language", String(5), nullable=False),
    # callbacks.lifecycle.CallbackState
    Column("state", String(20), nullable=False),
    # The caller's own words and what we took them for: shown and whispered to the agent.
    Column("words", Text, nullable=False, default=""),
    Column("promised_at", UtcTime, nullable=False, index=True),
    # Not dialled before this moment.
    Column("due_at", UtcTime, nullable=False),
    # The slot of the time that was agreed on, if one was; it is taken as long as the promise is open.
    Column("slot_at", UtcTime),
    # Until when the caller was told to expect the call: a promise that is still open then has slipped. Null: no time
    # was told.
    Column("told_until", UtcTime),
    # The caller has phoned again and stands at the held place, by this call; the promise rests meanwhile.
    Column("taken_by_call_id", Integer, index=True),
    # Keyed by whoever picks up, where the number could not be sent a code: told to the caller alone.
    Column("pickup_code", String(6)),
    Column("attempts_made", Integer, nullable=False, default=0),
    # Part of the RQ job id: a failed job blocks its id for a year, so a lost job gets the next one.
    Column("generation", Integer, nullable=False, default=0),
    # When the sweep last saw to it that a job exists.
    Column("job_put_at", UtcTime),
    # The window in which it was to be kept is over then; null: as long as it takes.
    Column("expires_at", UtcTime),
    Column("ended_at", UtcTime),
)

# callbacks.lifecycle.OPEN says the same in Python; a test compares them.
_OPEN_CALLBACK = "state IN ('promised', 'dialling_first', 'dialling_second', 'connected', 'waiting_retry')"
Index(
    "uq_callbacks_open_promise",
    callbacks.c.number,
    callbacks.c.department,
    callbacks.c.holder,
    unique=True,
    sqlite_where=text(_OPEN_CALLBACK),
    postgresql_where=text(_OPEN_CALLBACK),
)

# The sweep looks for what is due in an open state, among any number that is not.
Index("ix_callbacks_state_due_at", callbacks.c.state, callbacks.c.due_at)
# Null for almost all: a promise gets its window when it falls due.
_HAS_WINDOW = "expires_at IS NOT NULL"
Index(
    "ix_callbacks_window",
    callbacks.c.state,
    callbacks.c.expires_at,
    sqlite_where=text(_HAS_WINDOW),
    postgresql_where=text(_HAS_WINDOW),
)
Index("ix_callbacks_slot", callbacks.c.department, callbacks.c.slot_at)

# One row for each slot that anybody asked for: whoever takes a place in it changes the row first, so that two can't
# take the last one. How many are taken is counted from the promises themselves.
callback_slots = Table(
    "callback_slots",
    metadata,
    _id(),
    Column("department", String(40), nullable=False),
    Column("starts_at", UtcTime, nullable=False),
    # Null: as many as the menu says.
    Column("capacity", Integer),
    Column("asked", Integer, nullable=False, default=0),
    UniqueConstraint("department", "starts_at"),
)

# What callers are told in writing. A row is committed before the carrier is asked, like a leg.
texts = Table(
    "texts",
    metadata,
    _id(),
    _refers("callback_id", "callbacks", optional=True),
    _refers("case_id", "cases", looked_up=False),
    Column("number", String(20), nullable=False, index=True),
    Column("language", String(5), nullable=False),
    # callbacks.texts.TextKind; each is sent once for each occasion.
    Column("kind", String(12), nullable=False),
    Column("occasion", Integer, nullable=False, default=0),
    # callbacks.texts.TextState
    Column("state", String(12), nullable=False, index=True),
    Column("sid", String(34), unique=True),
    Column("error_code", Integer),
    Column("generation", Integer, nullable=False, default=0),
    Column("created_at", UtcTime, nullable=False),
    Column("job_put_at", UtcTime),
    Column("claimed_at", UtcTime),
    Column("ended_at", UtcTime),
    UniqueConstraint("callback_id", "kind", "occasion"),
)

blocked_numbers = Table(
    "blocked_numbers",
    metadata,
    Column("number", String(20), primary_key=True),
    Column("since", UtcTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
)

# Attempts that were turned down: promises that numbers may not have, PINs and codes that were wrong.
refusals = Table(
    "refusals",
    metadata,
    _id(),
    Column("at", UtcTime, nullable=False, index=True),
    Column("number", String(20), nullable=False, index=True),
    # callbacks.safety.Refusal
    Column("why", String(20), nullable=False),
)

callback_moves = Table(
    "callback_moves",
    metadata,
    _id(),
    _refers("callback_id", "callbacks"),
    Column("at", UtcTime, nullable=False),
    Column("from_state", String(20)),
    Column("to_state", String(20), nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
)

line_entries = Table(
    "line_entries",
    metadata,
    _id(),
    _refers("case_id", "cases", looked_up=False),
    # The waiting caller's live call; null once the caller has hung up on a promise.
    Column("call_id", Integer, ForeignKey("calls.id", use_alter=True), index=True),
    _refers("callback_id", "callbacks", optional=True),
    Column("department", String(40), nullable=False),
    # Larger is served first.
    Column("priority", Integer, nullable=False, default=0),
    # How many who joined later were served before (callqueue.routing).
    Column("overtaken", Integer, nullable=False, default=0, server_default="0"),
    Column("joined_at", UtcTime, nullable=False),
    # A kept place is not matched before this moment (opening hour, next retry).
    Column("not_before", UtcTime),
    # callqueue.line.EntryState
    Column("state", String(10), nullable=False),
    _refers("agent_id", "agents", optional=True, looked_up=False),
    Column("offered_at", UtcTime),
    Column("connected_at", UtcTime),
    Column("left_at", UtcTime),
    Column("left_reason", String(20)),
)
Index("ix_line_entries_waiting", line_entries.c.state, line_entries.c.department, line_entries.c.joined_at)
# Matching looks for those that may be served now, among any number of promises for later.
Index("ix_line_entries_not_before", line_entries.c.state, line_entries.c.not_before)
for _who in ("call_id", "callback_id"):
    Index(
        f"uq_line_entries_one_place_per_{_who.removesuffix('_id')}",
        line_entries.c[_who],
        unique=True,
        sqlite_where=text("state IN ('waiting', 'offered', 'connected')"),
        postgresql_where=text("state IN ('waiting', 'offered', 'connected')"),
    )
# One caller, one agent, once.
Index(
    "uq_line_entries_one_per_agent",
    line_entries.c.agent_id,
    unique=True,
    sqlite_where=text("state IN ('offered', 'connected')"),
    postgresql_where=text("state IN ('offered', 'connected')"),
)

attempts = Table(
    "attempts",
    metadata,
    _id(),
    _refers("callback_id", "callbacks"),
    Column("ordinal", Integer, nullable=False),
    # Null while the caller is rung first and no agent has taken them.
    _refers("agent_id", "agents", optional=True, looked_up=False),
    Column("started_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    # callbacks.lifecycle.AttemptOutcome
    Column("outcome", String(20)),
    UniqueConstraint("callback_id", "ordinal"),
)

calls = Table(
    "calls",
    metadata,
    _id(),
    # The carrier's CallSid; null between the decision to dial and the carrier's answer.
    Column("sid", String(34), unique=True),
    # callqueue.legs.Purpose: caller (they phoned us), agent (we ring an agent), callback (we ring a caller).
    Column("purpose", String(10), nullable=False),
    _refers("case_id", "cases"),
    Column("from_number", String(40), nullable=False),
    Column("to_number", String(40), nullable=False),
    Column("language", String(5), nullable=False),
    _refers("menu_version_id", "menu_versions", optional=True, looked_up=False),
    # Every decision is a compare-and-swap on `step`; `state` + `state_data`: what the call does now (ivr).
    Column("step", Integer, nullable=False, default=0),
    Column("state", String(20), nullable=False),
    Column("state_data", JSON, nullable=False),
    # Secret that the media socket must show.
    Column("stream_token", String(43), nullable=False),
    # The step at which we asked for the media stream that now listens; null while nobody should listen.
    Column("ear_step", Integer),
    Column("ear_losses", Integer, nullable=False, default=0),
    Column("department", String(40)),
    Column("words", Text, nullable=False, default=""),
    _refers("agent_id", "agents", optional=True, looked_up=False),
    _refers("entry_id", "line_entries", optional=True),
    _refers("attempt_id", "attempts", optional=True),
    # callqueue.legs.DialState; null for calls that came in.
    Column("dial_state", String(10)),
    Column("dial_claimed_at", UtcTime),
    # How long the carrier said that the order stands in its own queue.
    Column("queue_seconds", Float),
    # Who picked up, as far as the carrier can tell: a hint.
    Column("answered_by", String(20)),
    Column("generation", Integer, nullable=False, default=0),
    # The carrier's own word: queued ringing in-progress completed busy failed no-answer canceled.
    Column("status", String(12), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("answered_at", UtcTime),
    Column("ended_at", UtcTime),
)
Index("ix_calls_dial_state", calls.c.dial_state)
# The sweep looks for calls that go on, among any number that have ended.
_LIVE_CALL = "ended_at IS NULL"
Index("ix_calls_live", calls.c.id, sqlite_where=text(_LIVE_CALL), postgresql_where=text(_LIVE_CALL))
# Matching rings no agent whose phone is in a call.
_LIVE_AGENT = f"purpose = 'agent' AND {_LIVE_CALL}"
Index("ix_calls_live_agent", calls.c.agent_id, sqlite_where=text(_LIVE_AGENT), postgresql_where=text(_LIVE_AGENT))

# Second calls for one order: hung up before they spoke. Nobody should ever find one here.
stray_legs = Table(
    "stray_legs",
    metadata,
    _id(),
    _refers("leg_id", "calls"),
    Column("sid", String(34), nullable=False, unique=True),
    Column("seen_at", UtcTime, nullable=False),
)

utterances = Table(
    "utterances",
    metadata,
    _id(),
    _refers("call_id", "calls"),
    Column("at", UtcTime, nullable=False),
    Column("step", Integer, nullable=False),
    Column("expectation", String(40), nullable=False),
    # Runs of 6 digits and more are masked before they reach this table.
    Column("words", Text, nullable=False),
    Column("alternatives", JSON, nullable=False),
    Column("meaning", String(40)),
    Column("probability", Float, nullable=False),
    Column("decision", String(10), nullable=False),
    Column("audio_seconds", Float, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)

announcements = Table(
    "announcements",
    metadata,
    _id(),
    _refers("entry_id", "line_entries"),
    Column("department", String(40), nullable=False),
    Column("at", UtcTime, nullable=False),
    # callqueue.announcing.Kind. "unknown" beside a forecast: it was kept back, since its estimator is muted.
    Column("kind", String(12), nullable=False),
    # The forecast: null when there was none.
    Column("low_seconds", Float),
    Column("mid_seconds", Float),
    Column("high_seconds", Float),
    Column("estimator", String(20)),
    # Its spoken form in whole minutes (high null: "more than"), and what the caller heard of it.
    Column("spoken_low_minutes", Integer),
    Column("spoken_high_minutes", Integer),
    Column("told_low_minutes", Integer),
    Column("told_high_minutes", Integer),
    Column("told_position", Integer),
    # callqueue.announcing.Reason, where the wait had grown.
    Column("reason", String(12)),
    # The earliest end that the caller was promised so far, and the line as it was then.
    Column("promised_by", UtcTime),
    Column("promised_position", Integer),
    Column("promised_agents", Integer),
    # callqueue.ledger.Truth, null until it is known, and the wait from this announcement on.
    Column("truth", String(10), index=True),
    Column("waited_seconds", Float),
)
Index("ix_announcements_judged", announcements.c.department, announcements.c.estimator, announcements.c.truth)

muted_estimators = Table(
    "muted_estimators",
    metadata,
    Column("department", String(40), primary_key=True),
    Column("estimator", String(20), primary_key=True),
    Column("since", UtcTime, nullable=False),
    Column("coverage", Float, nullable=False),
)

transfers = Table(
    "transfers",
    metadata,
    _id(),
    _refers("case_id", "cases"),
    # A conversation is handed on once: the second request finds this row.
    Column("from_entry_id", Integer, ForeignKey("line_entries.id"), nullable=False, unique=True),
    Column("to_entry_id", Integer, ForeignKey("line_entries.id"), nullable=False, unique=True),
    _refers("agent_id", "agents", looked_up=False),
    Column("from_department", String(40), nullable=False),
    Column("to_department", String(40), nullable=False),
    # callqueue.transfer.Reason
    Column("reason", String(20), nullable=False),
    # The agent's own words, masked like everybody's.
    Column("note", Text, nullable=False, default=""),
    Column("at", UtcTime, nullable=False, index=True),
)

routings = Table(
    "routings",
    metadata,
    _id(),
    _refers("call_id", "calls"),
    # The place in the line it led to; null where the department was closed or empty.
    _refers("entry_id", "line_entries", optional=True),
    _refers("menu_version_id", "menu_versions", looked_up=False),
    Column("at", UtcTime, nullable=False, index=True),
    Column("department", String(40), nullable=False),
    # ivr.dialogue.By
    Column("by", String(10), nullable=False),
    # What stands in the menu: the key that was pressed, or the phrase nearest to the caller's words. Never the words
    # themselves, which expire.
    Column("key", String(1)),
    Column("phrase", Text),
)

# What callqueue.events reads; nobody else does. It outlives the rows that it tells of, so it refers to none.
line_events = Table(
    "line_events",
    metadata,
    _id(),
    # PostgreSQL's id of the transaction that wrote it; null on SQLite.
    Column("written_by", BigInteger),
    Column("at", UtcTime, nullable=False),
    # callqueue.events.Kind
    Column("kind", String(12), nullable=False),
    Column("entry_id", Integer),
    Column("agent_id", Integer),
    Column("data", JSON, nullable=False),
)
# Nobody looks for it on SQLite, and an index costs every webhook.
Index("ix_line_events_written_by", line_events.c.written_by).ddl_if(dialect="postgresql")

# What the forecast has learned (callqueue.forecast.live), so that a process that starts need not read the whole log.
wait_models = Table(
    "wait_models",
    metadata,
    _id(),
    Column("stored_at", UtcTime, nullable=False),
    # Of line_events: applied up to here.
    Column("cursor", Text, nullable=False),
    Column("data", Text, nullable=False),
)
