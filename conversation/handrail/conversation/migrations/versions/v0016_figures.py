"""Tables of the room: desk. Contacts, escalations and questions without an answer, for figures."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SQL = """
CREATE TABLE contacts (
    conversation_id text NOT NULL,
    seq             integer NOT NULL,
    channel         text NOT NULL,
    trial           boolean NOT NULL,
    began_at        timestamptz NOT NULL,
    seen_seq        integer NOT NULL,
    customer_ref    text,
    first_reply_at  timestamptz,
    last_reply_at   timestamptz,
    ended_at        timestamptz,
    closed          text,
    intent          text NOT NULL,
    weight          smallint NOT NULL,
    policies        text[] NOT NULL,
    department      text NOT NULL,
    escalated       boolean NOT NULL,
    handled         boolean NOT NULL,
    acted           integer NOT NULL,
    settled         boolean NOT NULL,
    score           smallint,
    outcome         text,
    disposition     text,
    tags            text[] NOT NULL,
    turns           integer NOT NULL,
    model_calls     integer NOT NULL,
    tokens_in       bigint NOT NULL,
    tokens_out      bigint NOT NULL,
    cost            double precision NOT NULL,
    PRIMARY KEY (conversation_id, seq)
) WITH (fillfactor = 80);
COMMENT ON TABLE contacts IS 'projection: from a customer''s first line to the close, and what it came to';
COMMENT ON COLUMN contacts.weight IS 'how well intent tells what it is about: 1 a policy, 2 a look-up, 3 an action';
CREATE INDEX contacts_began ON contacts (began_at);
CREATE INDEX contacts_customer ON contacts (customer_ref, began_at) WHERE customer_ref IS NOT NULL;

CREATE TABLE escalations (
    conversation_id text NOT NULL,
    seq             integer NOT NULL,
    contact         integer NOT NULL,
    reason          text NOT NULL,
    triggers        text[] NOT NULL,
    department      text NOT NULL,
    mode            text NOT NULL,
    urgency         text NOT NULL,
    asked_at        timestamptz NOT NULL,
    answer_by       timestamptz,
    claimed_at      timestamptz,
    answered_at     timestamptz,
    held_since      timestamptz,
    held_seconds    double precision NOT NULL DEFAULT 0,
    ended_at        timestamptz,
    ended           text,
    disposition     text,
    tags            text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (conversation_id, seq)
);
COMMENT ON TABLE escalations IS 'projection: each time a person was asked for';
COMMENT ON COLUMN escalations.contact IS 'the seq of the contact in which that was';
CREATE INDEX escalations_asked ON escalations (asked_at);

CREATE TABLE unanswered (
    conversation_id text NOT NULL,
    seq             integer NOT NULL,
    at              timestamptz NOT NULL,
    why             text NOT NULL,
    PRIMARY KEY (conversation_id, seq)
);
COMMENT ON TABLE unanswered IS 'projection: customers'' lines that had no answer; seq is that of the line';
CREATE INDEX unanswered_at ON unanswered (at);
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
