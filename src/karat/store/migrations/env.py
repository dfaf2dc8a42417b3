"""Alembic's entry point: one connection, both databases. On PostgreSQL an advisory lock keeps starters in turn."""

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from karat.store.tables import metadata

_LOCK = 7_202_511_001

engine = create_engine(context.config.attributes["url"], poolclass=NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=False)
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        context.run_migrations()
