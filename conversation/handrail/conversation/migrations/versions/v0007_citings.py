"""Tables of the room: log. What rests on which version of a policy."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SQL = """
CREATE TABLE citings (
    policy          text NOT NULL,
    version         text NOT NULL,
    conversation_id text NOT NULL,
    seq             integer NOT NULL,
    at              timestamptz NOT NULL,
    passages        text[] NOT NULL,
    PRIMARY KEY (policy, version, conversation_id, seq)
);
COMMENT ON TABLE citings IS 'projection: the sentences of the bot that rest on a version of a policy';
COMMENT ON COLUMN citings.passages IS 'the passages of it that the sentence cites';
-- What was said before this table came.
INSERT INTO citings (policy, version, conversation_id, seq, at, passages)
SELECT cited ->> 'policy', cited ->> 'version', e.conversation_id, e.seq, e.at,
    array_agg(DISTINCT coalesce(cited ->> 'passage', ''))
FROM events e, jsonb_array_elements(e.data -> 'citations') AS cited
WHERE e.kind = 'bot_said'
GROUP BY cited ->> 'policy', cited ->> 'version', e.conversation_id, e.seq, e.at;
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
