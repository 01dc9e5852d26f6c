"""Tables of the room: desk. Replies that went to another desk whole."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SQL = """
ALTER TABLE threads ADD COLUMN sent_seq integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN threads.sent_seq IS 'up to which event the parts of replies have gone there';
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
