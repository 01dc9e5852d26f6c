"""Tables of the room: evals. Gaps that tags and unanswered questions tell of, and what was done about them."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SQL = """
CREATE TABLE gaps (
    gap_id      integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL,
    state       text NOT NULL DEFAULT 'open',
    state_at    timestamptz NOT NULL,
    opened_at   timestamptz NOT NULL
);
COMMENT ON TABLE gaps IS 'what the agent could not do, as people''s tags and questions without an answer tell';

CREATE TABLE gap_signals (
    conversation_id text NOT NULL,
    seq             integer NOT NULL,
    gap_id          integer NOT NULL REFERENCES gaps ON DELETE CASCADE,
    at              timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, seq)
);
COMMENT ON TABLE gap_signals IS 'the customers'' lines that a gap is made of; what was asked stands in the log alone';
CREATE INDEX gap_signals_gap ON gap_signals (gap_id);

CREATE TABLE gap_changes (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gap_id  integer NOT NULL REFERENCES gaps ON DELETE CASCADE,
    at      timestamptz NOT NULL,
    person  text NOT NULL,
    name    text NOT NULL,
    what    text NOT NULL,
    detail  text NOT NULL DEFAULT ''
);
COMMENT ON TABLE gap_changes IS 'who did what about a gap, and when; never changed';
CREATE INDEX gap_changes_gap ON gap_changes (gap_id, id);

CREATE INDEX contacts_tagged ON contacts (conversation_id) WHERE tags <> '{}';
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
