"""Tables of the room: desk. Promises of which somebody was reminded."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SQL = "ALTER TABLE promises ADD COLUMN reminded_at timestamptz"


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
