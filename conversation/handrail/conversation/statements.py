"""The SQL of the log. Each is one statement, so one round trip and one transaction."""

from typing import LiteralString

COMMIT: LiteralString = "set_config('synchronous_commit', CASE WHEN %(durable)s THEN 'on' ELSE 'off' END, true)"

OPEN: LiteralString = f"""
WITH k AS (
    INSERT INTO vault.keys (conversation_id, wrapped) VALUES (%(id)s, %(wrapped)s)
), c AS (
    INSERT INTO conversations (id, last_seq, channel, opened_at, updated_at)
    VALUES (%(id)s, 1, %(channel)s, %(at)s, %(at)s)
)
INSERT INTO events (conversation_id, seq, at, kind, actor, data, sealed)
VALUES (%(id)s, 1, %(at)s, %(kind)s, %(actor)s, %(data)s::jsonb, %(sealed)s)
RETURNING seq, {COMMIT}
"""

# The fence and the append in one: the row of the conversation is locked, compared and moved on, or nothing is inserted.
APPEND: LiteralString = f"""
WITH c AS (
    UPDATE conversations SET
        last_seq = last_seq + %(count)s,
        holder = coalesce(%(holder)s, holder),
        epoch = epoch + (%(holder)s::text IS NOT NULL)::int,
        heard = CASE WHEN %(heard_by)s > 0 THEN last_seq + %(heard_by)s ELSE heard END,
        answered = greatest(answered, %(upto)s),
        closed = coalesce(%(closed)s, closed),
        customer_ref = CASE WHEN %(proven)s THEN %(ref)s ELSE coalesce(customer_ref, %(ref)s) END,
        lease_owner = CASE WHEN %(release)s THEN NULL ELSE lease_owner END,
        updated_at = %(at)s
    WHERE id = %(id)s
        AND (%(epoch)s::int IS NULL OR epoch = %(epoch)s)
        AND (%(lease)s::text IS NULL OR lease_owner = %(lease)s)
        AND (%(heard)s::int IS NULL OR heard = %(heard)s)
        AND (%(seq)s::int IS NULL OR last_seq = %(seq)s)
        AND (%(speakers)s::text[] IS NULL OR holder = ANY(%(speakers)s))
        AND NOT (%(private)s AND forgotten)
    RETURNING last_seq - %(count)s AS base
), e AS (
    INSERT INTO events (conversation_id, seq, at, kind, actor, data, sealed, holder, key, batch)
    SELECT %(id)s, base + n, %(at)s, kind, %(actor)s, data, sealed,
        CASE WHEN n = %(count)s THEN %(holder)s::text END,
        CASE WHEN n = 1 THEN %(key)s::text END,
        CASE WHEN n = 1 AND %(key)s::text IS NOT NULL THEN %(count)s END
    FROM c, ROWS FROM (
        unnest(%(kinds)s::text[]), jsonb_array_elements(%(datas)s::jsonb), unnest(%(sealeds)s::bytea[])
    ) WITH ORDINALITY AS d(kind, data, sealed, n)
)
SELECT base, {COMMIT} FROM c
"""

HEAD: LiteralString = """
SELECT id, holder, epoch, last_seq, heard, answered, closed, lease_owner, lease_until, forgotten, customer_ref, channel,
    opened_at, updated_at
FROM conversations WHERE id = %(id)s
"""

# One row at least where the conversation exists, so that a missing one and an empty tail can be told apart.
READ: LiteralString = """
SELECT c.forgotten, c.holder AS held_by, e.*
FROM conversations c LEFT JOIN events e ON e.conversation_id = c.id AND e.seq > %(after)s
WHERE c.id = %(id)s ORDER BY e.seq LIMIT %(limit)s
"""

KEYED: LiteralString = """
SELECT seq, batch FROM events WHERE conversation_id = %(id)s AND key = %(key)s
"""

ACQUIRE: LiteralString = f"""
UPDATE conversations SET lease_owner = %(lease)s, lease_until = %(until)s
WHERE id = %(id)s AND (lease_owner IS NULL OR lease_until <= %(now)s)
RETURNING epoch, {COMMIT}
"""

RENEW: LiteralString = f"""
UPDATE conversations SET lease_until = %(until)s WHERE id = %(id)s AND lease_owner = %(lease)s RETURNING id, {COMMIT}
"""

RELEASE: LiteralString = f"""
UPDATE conversations SET lease_owner = NULL WHERE id = %(id)s AND lease_owner = %(lease)s RETURNING id, {COMMIT}
"""

DUE: LiteralString = """
SELECT id FROM conversations
WHERE holder = 'bot' AND heard > answered AND (lease_owner IS NULL OR lease_until <= %(now)s)
ORDER BY id LIMIT %(limit)s
"""

IDLE: LiteralString = """
SELECT id FROM conversations c WHERE holder = 'bot' AND NOT closed AND updated_at < %(before)s
    AND NOT EXISTS (SELECT FROM approvals a WHERE a.conversation_id = c.id)
ORDER BY id LIMIT %(limit)s
"""

RESTING: LiteralString = """
SELECT id FROM conversations WHERE closed AND NOT forgotten AND holder = 'bot' AND updated_at < %(before)s
ORDER BY id LIMIT %(limit)s
"""

OF_CUSTOMER: LiteralString = """
SELECT DISTINCT conversation_id FROM events
WHERE kind = 'identity_proven' AND data ->> 'customer_ref' = %(ref)s ORDER BY conversation_id
"""

# Versions below and above the one that is left out are two stretches of the key: what rests on that one, which may be
# most of all that was ever said, is not looked at.
TOLD: LiteralString = """
SELECT t.conversation_id, c.customer_ref, t.version, array_agg(DISTINCT passage) AS passages, min(t.at) AS first_at,
    max(t.at) AS last_at, count(DISTINCT t.seq) AS times
FROM (
    SELECT * FROM citings WHERE policy = %(policy)s AND version = %(version)s::text
    UNION ALL
    SELECT * FROM citings
    WHERE policy = %(policy)s AND %(version)s::text IS NULL AND version < coalesce(%(but)s::text, '')
    UNION ALL
    SELECT * FROM citings
    WHERE policy = %(policy)s AND %(version)s::text IS NULL AND version > coalesce(%(but)s::text, '')
) t JOIN conversations c ON c.id = t.conversation_id, unnest(t.passages) AS passage
WHERE NOT c.forgotten AND (%(since)s::timestamptz IS NULL OR t.at >= %(since)s)
GROUP BY t.conversation_id, c.customer_ref, t.version
ORDER BY max(t.at) DESC, t.conversation_id LIMIT %(limit)s
"""

IDS: LiteralString = """
SELECT id FROM conversations WHERE id > %(after)s ORDER BY id LIMIT %(limit)s
"""
