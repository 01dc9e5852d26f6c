"""Tables of the room: desk, what waits for a colleague's word."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SQL = """
CREATE TABLE approvals (
    conversation_id text NOT NULL,
    action_id       text NOT NULL,
    state           text NOT NULL DEFAULT 'waiting',
    asked_at        timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, action_id)
);
COMMENT ON TABLE approvals IS 'projection: actions that wait for a colleague, or are decided and not yet carried out';
COMMENT ON COLUMN approvals.state IS 'waiting, approved, refused; the row goes once the action goes on';
CREATE INDEX approvals_asked ON approvals (asked_at);
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
