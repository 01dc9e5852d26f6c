"""Tables of the room: desk. The calls that were booked, and the seats of each slot."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SQL = """
CREATE TABLE callbacks (
    conversation_id text PRIMARY KEY,
    callback_id     text NOT NULL,
    department      text NOT NULL,
    at              timestamptz NOT NULL,
    booked_at       timestamptz NOT NULL,
    ended           text
);
COMMENT ON TABLE callbacks IS 'projection: the call that a conversation has booked, or its last one';
CREATE INDEX callbacks_due ON callbacks (at) WHERE ended IS NULL;

CREATE TABLE callback_seats (
    department      text NOT NULL,
    at              timestamptz NOT NULL,
    seat            integer NOT NULL,
    conversation_id text NOT NULL,
    taken_at        timestamptz NOT NULL,
    PRIMARY KEY (department, at, seat),
    UNIQUE (conversation_id, at)
);
COMMENT ON TABLE callback_seats IS 'who has which seat of a slot: taken before the booking is on the log';
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
