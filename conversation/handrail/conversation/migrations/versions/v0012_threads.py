"""Tables of the room: desk. Conversations at other desks."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SQL = """
CREATE TABLE threads (
    desk            text NOT NULL,
    conversation_id text NOT NULL,
    external_id     text,
    is_open         boolean NOT NULL DEFAULT true,
    state           text NOT NULL DEFAULT '',
    state_at        double precision NOT NULL DEFAULT 0,
    PRIMARY KEY (desk, conversation_id),
    UNIQUE (desk, external_id)
);
COMMENT ON TABLE threads IS 'conversations that people answer, or customers write, at another desk';
COMMENT ON COLUMN threads.is_open IS 'whether what is said goes there';
COMMENT ON COLUMN threads.state IS 'open, pending or solved, as that desk told last';
COMMENT ON COLUMN outbox.target IS 'mail, webhook:NAME or desk:NAME';
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
