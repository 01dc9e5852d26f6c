"""Tables of the room: log."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL = """
CREATE TABLE conversations (
    id           text PRIMARY KEY,
    holder       text NOT NULL DEFAULT 'bot',
    epoch        integer NOT NULL DEFAULT 1,
    last_seq     integer NOT NULL DEFAULT 0,
    heard        integer NOT NULL DEFAULT 0,
    answered     integer NOT NULL DEFAULT 0,
    closed       boolean NOT NULL DEFAULT false,
    forgotten    boolean NOT NULL DEFAULT false,
    lease_owner  text,
    lease_until  timestamptz,
    customer_ref text,
    channel      text NOT NULL,
    opened_at    timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL
) WITH (fillfactor = 70);

-- No index on updated_at: it changes with every event, and would make each append touch every index.
CREATE INDEX conversations_due ON conversations (id) WHERE holder = 'bot' AND heard > answered;
CREATE INDEX conversations_open ON conversations (id) WHERE holder = 'bot' AND NOT closed;

CREATE TABLE events (
    conversation_id text NOT NULL,
    seq             integer NOT NULL,
    at              timestamptz NOT NULL,
    kind            text NOT NULL,
    actor           text NOT NULL,
    data            jsonb NOT NULL,
    sealed          bytea,
    holder          text,
    key             text,
    batch           integer,
    PRIMARY KEY (conversation_id, seq)
);
COMMENT ON COLUMN events.sealed IS 'the private fields of data, under the key of the conversation';
COMMENT ON COLUMN events.holder IS 'who holds the conversation from this event on, where it changed';
COMMENT ON COLUMN events.batch IS 'how many events were appended under key, this one being the first';
CREATE UNIQUE INDEX events_key ON events (conversation_id, key) WHERE key IS NOT NULL;
-- Every conversation a customer was ever known in, so that all of it can be forgotten.
CREATE INDEX events_customer ON events ((data ->> 'customer_ref')) WHERE kind = 'identity_proven';

CREATE TABLE snapshots (
    conversation_id text PRIMARY KEY,
    version         text NOT NULL,
    seq             integer NOT NULL,
    sealed          bytea NOT NULL
);

-- A schema of its own, so that backups can leave it out: without it what customers wrote can't be read.
CREATE SCHEMA vault;
CREATE TABLE vault.keys (
    conversation_id text PRIMARY KEY,
    wrapped         bytea NOT NULL
);
CREATE TABLE vault.master (
    id text PRIMARY KEY
);
"""


def upgrade() -> None:
    if SQL.strip():
        op.execute(SQL)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
