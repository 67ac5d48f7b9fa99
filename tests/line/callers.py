"""Somebody on the phone, as the line's tables know them."""

from datetime import datetime

from sqlalchemy import Connection

from store.database import insert_row
from store.tables import calls, cases


def on_the_phone(tx: Connection, number: int | None, at: datetime) -> tuple[int, int]:
    """(case, call); `number` None: withheld."""
    known = None if number is None else f"+8210{number:08d}"
    case_id = insert_row(tx, cases, number=known, language="ko", opened_at=at)
    call_id = insert_row(
        tx,
        calls,
        sid=None if number is None else f"CA{number:032d}",
        purpose="caller",
        case_id=case_id,
        from_number="",
        to_number="",
        language="ko",
        state="asking",
        state_data={},
        stream_token="",
        status="in-progress",
        created_at=at,
    )
    return case_id, call_id
