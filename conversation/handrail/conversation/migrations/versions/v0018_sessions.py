"""Tables of the room: channels. Sessions that their owners can tell apart, and that end at once."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SQL = """
ALTER TABLE user_sessions
    ADD COLUMN id text NOT NULL DEFAULT gen_random_uuid()::text UNIQUE,
    ADD COLUMN way text NOT NULL DEFAULT 'password' CHECK (way IN ('password', 'openid', 'link')),
    ADD COLUMN device text NOT NULL DEFAULT '',
    ADD COLUMN address text NOT NULL DEFAULT '',
    ADD COLUMN used_at timestamptz;
UPDATE user_sessions SET used_at = created_at;
ALTER TABLE user_sessions ALTER COLUMN used_at SET NOT NULL, ALTER COLUMN id DROP DEFAULT;
COMMENT ON COLUMN user_sessions.used_at IS 'to the minute';

-- Whatever ends a session or changes what its owner may do, from whichever process, open streams hear of it (bell.py).
CREATE FUNCTION tell_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('handrail', 'database w:sessions');
    RETURN NULL;
END
$$;
CREATE TRIGGER user_sessions_ended AFTER DELETE ON user_sessions FOR EACH STATEMENT EXECUTE FUNCTION tell_sessions();
CREATE TRIGGER users_narrowed AFTER UPDATE OF role, disabled_at ON users
    FOR EACH STATEMENT EXECUTE FUNCTION tell_sessions();
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
