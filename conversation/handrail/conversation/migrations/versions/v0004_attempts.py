"""Tables of the room: agent."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SQL = """
-- What may be tried only so often: codes sent to one customer, guesses at one code. No names: refs are keyed digests.
CREATE TABLE attempts (
    ref text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX attempts_ref ON attempts (ref, at);
CREATE INDEX attempts_at ON attempts (at);
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
