"""Alembic asks here how to reach the database."""

from alembic import context

from store.database import make_engine
from store.tables import metadata

engine = make_engine(context.config.attributes["url"])
with engine.connect() as connection:
    # Batch mode: SQLite can't alter a table, so Alembic copies it.
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
