"""Tables of the room: desk. What people can, who is there, what is kept for whom, and what is parked."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SQL = """
ALTER TABLE queue
    ADD COLUMN skills text[] NOT NULL DEFAULT '{}',
    ADD COLUMN kept_for text,
    ADD COLUMN parked_until timestamptz,
    ADD COLUMN parked_seq integer NOT NULL DEFAULT 0,
    ADD COLUMN woken_at timestamptz;
COMMENT ON COLUMN queue.kept_for IS 'the colleague to whom it was handed on: first theirs, after a while anybody''s';
COMMENT ON COLUMN queue.parked_seq IS 'what the customer writes after it ends the parking';
CREATE INDEX queue_parked ON queue (parked_until) WHERE parked_until IS NOT NULL;

ALTER TABLE presence
    ADD COLUMN status text NOT NULL DEFAULT 'online',
    ADD COLUMN skills text[] NOT NULL DEFAULT '{}',
    ADD COLUMN capacity integer,
    ADD COLUMN beat_at timestamptz;
COMMENT ON COLUMN presence.status IS 'online, away (by their own word), offline (they left)';
COMMENT ON COLUMN presence.beat_at IS 'when their open desk last said so; none where they work without one';

ALTER TABLE users
    ADD COLUMN skills text[] NOT NULL DEFAULT '{}',
    ADD COLUMN capacity integer CHECK (capacity > 0);
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
