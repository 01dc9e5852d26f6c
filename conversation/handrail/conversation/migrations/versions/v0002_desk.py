"""Tables of the room: desk."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQL = """
CREATE TABLE queue (
    conversation_id text PRIMARY KEY,
    handoff_id      text,
    state           text NOT NULL,
    mode            text NOT NULL DEFAULT 'live',
    reason          text,
    urgency         text NOT NULL DEFAULT 'normal',
    department      text NOT NULL DEFAULT 'general',
    since           timestamptz NOT NULL,
    answer_by       timestamptz,
    person          text,
    person_name     text,
    moved_at        timestamptz NOT NULL,
    moved_seq       integer NOT NULL,
    spoke_seq       integer NOT NULL DEFAULT 0
);
COMMENT ON TABLE queue IS 'projection: the handoff that is open in a conversation, or the last one';
COMMENT ON COLUMN queue.spoke_seq IS 'the last line a person wrote: what the customer wrote after it is unread';
CREATE INDEX queue_open ON queue (department, since) WHERE state IN ('waiting', 'claimed');

CREATE TABLE tickets (
    ticket_id       text PRIMARY KEY,
    conversation_id text NOT NULL UNIQUE,
    state           text NOT NULL,
    answer_by       timestamptz NOT NULL,
    has_contact     boolean NOT NULL DEFAULT false,
    opened_at       timestamptz NOT NULL,
    moved_at        timestamptz NOT NULL,
    moved_seq       integer NOT NULL
);
COMMENT ON TABLE tickets IS 'projection';

CREATE TABLE promises (
    conversation_id text NOT NULL,
    promise_id      text NOT NULL,
    owner           text NOT NULL,
    due             timestamptz,
    made_at         timestamptz NOT NULL,
    made_seq        integer NOT NULL,
    kept            boolean,
    settled_at      timestamptz,
    PRIMARY KEY (conversation_id, promise_id)
);
COMMENT ON TABLE promises IS 'projection: who owes what by when; what was said stands in the log alone';
CREATE INDEX promises_due ON promises (due) WHERE kept IS NULL;

CREATE TABLE outbox (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id text NOT NULL,
    seq             integer NOT NULL,
    state           text NOT NULL DEFAULT 'due',
    attempts        integer NOT NULL DEFAULT 0,
    due_at          timestamptz NOT NULL,
    lease           text,
    made_at         timestamptz NOT NULL,
    done_at         timestamptz,
    error           text NOT NULL DEFAULT '',
    UNIQUE (conversation_id, seq)
);
COMMENT ON TABLE outbox IS 'letters to send for lines of the log; their text is read from there when they go';
COMMENT ON COLUMN outbox.state IS 'due, held (no address yet), sent, failed, dropped (forgotten)';
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'due';

CREATE TABLE presence (
    person_id   text PRIMARY KEY,
    name        text NOT NULL,
    departments text[] NOT NULL DEFAULT '{}',
    seen_at     timestamptz NOT NULL
);
"""


def upgrade() -> None:
    if SQL.strip():
        op.execute(SQL)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
