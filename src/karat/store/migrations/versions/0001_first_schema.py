"""The first schema: everything in `karat.store.tables` as it stood at 0.1.0."""

from alembic import op

from karat.store.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    # Written out as DDL when the second migration is made: until then the tables are the schema.
    metadata.create_all(op.get_bind())
