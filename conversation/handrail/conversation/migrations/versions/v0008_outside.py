"""Tables of the room: desk. What goes out to other systems."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SQL = """
ALTER TABLE outbox ADD COLUMN target text NOT NULL DEFAULT 'mail', ADD COLUMN event text NOT NULL DEFAULT '';
ALTER TABLE outbox DROP CONSTRAINT outbox_conversation_id_seq_key;
ALTER TABLE outbox ADD UNIQUE (conversation_id, seq, target, event);
COMMENT ON TABLE outbox IS 'what is to be sent for lines of the log; its text is read from there as it goes';
COMMENT ON COLUMN outbox.target IS 'mail, or webhook:NAME';
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (target, due_at) WHERE state = 'due';
CREATE INDEX outbox_order ON outbox (target, conversation_id, id) WHERE state = 'due';

CREATE TABLE lanes (
    target        text PRIMARY KEY,
    failing_since timestamptz NOT NULL,
    fails         integer NOT NULL,
    retry_at      timestamptz NOT NULL,
    paused_at     timestamptz,
    error         text NOT NULL DEFAULT ''
);
COMMENT ON TABLE lanes IS 'targets of the outbox that do not answer, until they do';
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
