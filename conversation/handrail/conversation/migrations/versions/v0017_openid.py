"""Tables of the room: channels. People whom an OpenID Connect provider knows."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SQL = """
ALTER TABLE users ADD COLUMN openid_issuer text, ADD COLUMN openid_subject text;
CREATE UNIQUE INDEX users_by_openid ON users (openid_issuer, openid_subject);

ALTER TABLE user_links ADD COLUMN kind text NOT NULL DEFAULT 'password' CHECK (kind IN ('password', 'enter'));

ALTER TABLE user_sessions ADD COLUMN id_token text;
COMMENT ON COLUMN user_sessions.id_token IS 'shown to the provider again when its user logs out';

CREATE TABLE user_visits (
    state bytea PRIMARY KEY,
    browser bytea NOT NULL,
    nonce text NOT NULL,
    verifier text NOT NULL,
    redirect_uri text NOT NULL,
    invitation bytea,
    conversation_id text,
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE user_visits IS 'people who are at the provider to log in; a row is used up by whoever comes back';
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
