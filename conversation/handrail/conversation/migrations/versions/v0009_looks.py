"""Tables of the room: desk. Who looked at what."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SQL = """
CREATE TABLE looks (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person          text NOT NULL,
    name            text NOT NULL,
    what            text NOT NULL,
    conversation_id text NOT NULL DEFAULT '',
    slot            bigint NOT NULL,
    at              timestamptz NOT NULL,
    last_at         timestamptz NOT NULL,
    times           integer NOT NULL DEFAULT 1,
    UNIQUE (person, conversation_id, what, slot)
);
COMMENT ON TABLE looks IS 'who of the staff looked at what; looks at one thing within five minutes are one row';
COMMENT ON COLUMN looks.conversation_id IS 'empty where many were shown at once (the queue)';
CREATE INDEX looks_conversation ON looks (conversation_id, id);
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
