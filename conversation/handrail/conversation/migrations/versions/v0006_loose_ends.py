"""Tables of the room: log. What somebody must look at again."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SQL = """
CREATE TABLE loose_ends (
    conversation_id text NOT NULL,
    ref             text NOT NULL,
    stage           text NOT NULL,
    tool            text,
    since           timestamptz NOT NULL,
    seq             integer NOT NULL,
    looks           integer NOT NULL DEFAULT 0,
    look_at         timestamptz,
    PRIMARY KEY (conversation_id, ref)
);
COMMENT ON TABLE loose_ends IS 'projection: what a process that is killed would leave behind';
COMMENT ON COLUMN loose_ends.ref IS 'the action, or identity or handover';
COMMENT ON COLUMN loose_ends.stage IS 'claimed, unknown (nobody has seen the effect), ended, proven, given_back';
COMMENT ON COLUMN loose_ends.look_at IS 'when a process looks next; none where only a person can settle it';
CREATE INDEX loose_ends_due ON loose_ends (look_at) WHERE look_at IS NOT NULL;
-- Actions that were under way when this table came.
INSERT INTO loose_ends (conversation_id, ref, stage, tool, since, seq, look_at)
SELECT c.conversation_id, c.data ->> 'action_id', 'claimed', NULL, c.at, c.seq, c.at
FROM events c
WHERE c.kind = 'action_claimed' AND NOT EXISTS (
    SELECT FROM events d WHERE d.conversation_id = c.conversation_id AND d.kind IN ('action_succeeded', 'action_failed')
        AND d.data ->> 'action_id' = c.data ->> 'action_id'
);
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
