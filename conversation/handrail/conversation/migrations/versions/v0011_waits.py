"""Tables of the room: desk. How long handoffs waited and took, and what customers were told of it."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SQL = """
CREATE TABLE handlings (
    conversation_id text NOT NULL,
    seq             integer NOT NULL,
    department      text NOT NULL,
    mode            text NOT NULL,
    urgency         text NOT NULL,
    asked_at        timestamptz NOT NULL,
    claimed_at      timestamptz,
    ended_at        timestamptz,
    person          text,
    parked          boolean NOT NULL DEFAULT false,
    PRIMARY KEY (conversation_id, seq)
);
COMMENT ON TABLE handlings IS 'projection: each time a conversation came to the queue, and what became of it';
CREATE INDEX handlings_ended ON handlings (department, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX handlings_asked ON handlings (asked_at);
CREATE INDEX handlings_open ON handlings (conversation_id) WHERE ended_at IS NULL;

CREATE TABLE waits (
    conversation_id text NOT NULL,
    seq             integer NOT NULL,
    handoff_id      text NOT NULL,
    department      text NOT NULL,
    told_at         timestamptz NOT NULL,
    place           integer NOT NULL,
    earliest        integer NOT NULL,
    latest          integer NOT NULL,
    low             double precision NOT NULL,
    high            double precision NOT NULL,
    free            boolean NOT NULL,
    came_at         timestamptz,
    off             boolean NOT NULL DEFAULT false,
    PRIMARY KEY (conversation_id, seq)
);
COMMENT ON TABLE waits IS 'projection: the waits that customers were told, in minutes, and when somebody came';
COMMENT ON COLUMN waits.low IS 'what was drawn before correction, in seconds, as high';
COMMENT ON COLUMN waits.free IS 'nobody was before them, and somebody had a free hand';
COMMENT ON COLUMN waits.off IS 'nobody is to come any more: it became a ticket, or ended';
CREATE INDEX waits_told ON waits (department, told_at);
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
