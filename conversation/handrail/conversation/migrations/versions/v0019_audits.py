"""Tables of the room: desk. What people are asked to audit of the bot's conversations, and what they said."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SQL = """
CREATE TABLE audit_days (
    day      date PRIMARY KEY,
    found    integer NOT NULL,
    chance   double precision NOT NULL,
    drawn_at timestamptz NOT NULL
);
COMMENT ON TABLE audit_days IS 'the days from which a sample was drawn: whoever enters one draws it, so once';
COMMENT ON COLUMN audit_days.found IS 'contacts that ended on it without a person';

CREATE TABLE audits (
    id              text PRIMARY KEY,
    conversation_id text NOT NULL,
    contact         integer NOT NULL,
    chance          double precision NOT NULL,
    wanted          smallint NOT NULL,
    drawn_at        timestamptz NOT NULL,
    UNIQUE (conversation_id, contact)
);
COMMENT ON COLUMN audits.contact IS 'the seq of the contact: its first line';
COMMENT ON COLUMN audits.chance IS 'how probable it was that it was drawn';
COMMENT ON COLUMN audits.wanted IS 'how many people are to tag it, each on their own';
CREATE INDEX audits_drawn ON audits (drawn_at);

CREATE TABLE audit_tags (
    audit_id      text NOT NULL REFERENCES audits ON DELETE CASCADE,
    person        text NOT NULL,
    name          text NOT NULL,
    settled       text NOT NULL CHECK (settled IN ('yes', 'no', 'cant_tell', 'skipped')),
    person_needed boolean,
    tags          text[] NOT NULL DEFAULT '{}',
    reason        text NOT NULL DEFAULT '',
    note          bytea,
    at            timestamptz NOT NULL,
    PRIMARY KEY (audit_id, person)
);
COMMENT ON COLUMN audit_tags.note IS 'in their own words, under the key of the conversation';
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
