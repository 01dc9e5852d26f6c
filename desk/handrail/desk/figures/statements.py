"""The SQL of the figures. Each reads projections alone, and only rows of the days that are asked for.

What is chosen is materialized: else a contact's standing would be found anew for each figure that asks for it.
"""

from collections.abc import Mapping
from typing import LiteralString

from .chosen import By

# A contact's standing, in the order in which it is decided: `docs/figures.md` gives the reasons.
STANDING: LiteralString = """
CASE
    WHEN k.disposition = 'spam' OR k.closed = 'forgotten' THEN 'uncounted'
    WHEN k.disposition = 'customer_left' THEN 'left'
    WHEN k.handled THEN 'person'
    WHEN k.ended_at IS NULL THEN 'open'
    WHEN k.escalated OR k.score <= 2 THEN 'left'
    WHEN coalesce(k.score, 0) < 4 AND NOT k.settled AND coalesce(k.outcome, '') IN ('', 'offered', 'asked') THEN 'left'
    WHEN k.intent <> '' AND EXISTS (
        SELECT FROM contacts l
        WHERE l.intent = k.intent AND NOT l.trial AND l.began_at > k.began_at
            AND l.began_at <= k.ended_at + %(window)s
            AND (l.conversation_id, l.seq) <> (k.conversation_id, k.seq)
            AND (l.conversation_id = k.conversation_id OR l.customer_ref = k.customer_ref)
    ) THEN 'came_back'
    WHEN k.score >= 4 OR k.settled OR k.acted > 0 THEN 'verified'
    ELSE 'assumed'
END
"""

LEFT_AT: LiteralString = """
CASE
    WHEN k.disposition = 'customer_left' OR k.escalated THEN 'waiting'
    WHEN k.score <= 2 THEN 'rated'
    WHEN k.outcome = 'offered' THEN 'offered'
    WHEN k.outcome = 'asked' THEN 'asked'
    ELSE 'unanswered'
END
"""

OF_CONTACT: LiteralString = """
    NOT k.trial AND (%(channel)s::text IS NULL OR k.channel = %(channel)s)
    AND (%(intent)s::text IS NULL OR k.intent = %(intent)s)
    AND (%(policy)s::text IS NULL OR %(policy)s = ANY(k.policies) OR (%(policy)s = '' AND k.policies = '{}'))
"""

POLICIES: LiteralString = "unnest(CASE WHEN k.policies = '{}' THEN '{\"\"}'::text[] ELSE k.policies END)"

CONTACT_KEYS: Mapping[By | None, LiteralString] = {
    None: "''",
    "day": "to_char(k.began_at AT TIME ZONE %(zone)s, 'YYYY-MM-DD')",
    "channel": "k.channel",
    "intent": "k.intent",
    "policy": POLICIES,
    "department": "k.department",
}
ESCALATION_KEYS: Mapping[By | None, LiteralString] = {
    **CONTACT_KEYS,
    "day": "to_char(x.asked_at AT TIME ZONE %(zone)s, 'YYYY-MM-DD')",
    "department": "x.department",
}
"""What a group is called. A contact that cites several policies counts in the group of each."""


def contacts(by: By | None) -> LiteralString:
    """Figures of contacts that began in the time, by group, and as a whole where nothing counts twice."""
    return f"""
    WITH chosen AS MATERIALIZED (
        SELECT k.*, {CONTACT_KEYS[by]} AS key, {STANDING} AS standing, {LEFT_AT} AS left_at FROM contacts k
        WHERE k.began_at >= %(from)s AND k.began_at < %(to)s AND {OF_CONTACT}
            AND (%(department)s::text IS NULL OR k.department = %(department)s)
    )
    SELECT key, count(*) AS contacts,
        count(*) FILTER (WHERE standing = 'open') AS open,
        count(*) FILTER (WHERE standing = 'uncounted') AS uncounted,
        count(*) FILTER (WHERE standing = 'verified') AS verified,
        count(*) FILTER (WHERE standing = 'assumed') AS assumed,
        count(*) FILTER (WHERE standing = 'left') AS left,
        count(*) FILTER (WHERE standing = 'came_back') AS came_back,
        count(*) FILTER (WHERE standing = 'person') AS person,
        count(*) FILTER (WHERE standing = 'left' AND left_at = 'waiting') AS left_waiting,
        count(*) FILTER (WHERE standing = 'left' AND left_at = 'rated') AS left_rated,
        count(*) FILTER (WHERE standing = 'left' AND left_at = 'offered') AS left_offered,
        count(*) FILTER (WHERE standing = 'left' AND left_at = 'asked') AS left_asked,
        count(*) FILTER (WHERE standing = 'left' AND left_at = 'unanswered') AS left_unanswered,
        count(*) FILTER (
            WHERE standing IN ('verified', 'assumed') AND intent <> '' AND ended_at + %(window)s > %(now)s
        ) AS preliminary,
        count(*) FILTER (WHERE escalated) AS escalated,
        {_median("first_reply_at - began_at", "first_reply_at IS NOT NULL", "first_reply")},
        {_median("last_reply_at - began_at", "standing = 'verified' AND last_reply_at >= began_at", "resolution_bot")},
        {_median("ended_at - began_at", "standing = 'person' AND disposition = 'resolved'", "resolution_person")},
        count(score) AS rated, count(*) FILTER (WHERE score >= 4) AS satisfied, avg(score)::float AS score,
        count(score) FILTER (WHERE NOT handled) AS rated_bot,
        count(*) FILTER (WHERE score >= 4 AND NOT handled) AS satisfied_bot,
        sum(turns)::bigint AS turns, sum(model_calls)::bigint AS model_calls, sum(tokens_in)::bigint AS tokens_in,
        sum(tokens_out)::bigint AS tokens_out, sum(cost) AS cost
    FROM chosen {_by(by)}
    """


def escalations(by: By | None) -> LiteralString:
    """Figures of handoffs that were asked for in the time, by group. What is not due yet counts for no level."""
    return f"""
    WITH chosen AS MATERIALIZED (
        SELECT x.*, {ESCALATION_KEYS[by]} AS key,
            coalesce(x.answered_at, x.ended_at, %(now)s) - x.asked_at AS took
        FROM escalations x JOIN contacts k ON k.conversation_id = x.conversation_id AND k.seq = x.contact
        WHERE x.asked_at >= %(from)s AND x.asked_at < %(to)s AND {OF_CONTACT}
            AND (%(department)s::text IS NULL OR x.department = %(department)s)
    )
    SELECT key, count(*) AS handoffs,
        {_median("claimed_at - asked_at", "claimed_at IS NOT NULL AND mode = 'live'", "wait")},
        {_median("answered_at - asked_at", "answered_at IS NOT NULL AND mode = 'live'", "first_response")},
        {_median("make_interval(secs => held_seconds)", "claimed_at IS NOT NULL AND ended_at IS NOT NULL", "handling")},
        count(*) FILTER (WHERE mode = 'live' AND (answered_at IS NOT NULL OR took > %(target)s)) AS live_due,
        count(*) FILTER (WHERE mode = 'live' AND answered_at IS NOT NULL AND took <= %(target)s) AS live_met,
        count(*) FILTER (WHERE mode = 'ticket' AND (answered_at IS NOT NULL OR answer_by < %(now)s)) AS tickets_due,
        count(*) FILTER (WHERE mode = 'ticket' AND answered_at <= answer_by) AS tickets_met
    FROM chosen {_by(by)}
    """


def _by(by: By | None) -> LiteralString:
    """Groups, and the whole under no key; where something counts in several groups the whole is read by itself."""
    return "GROUP BY key" if by is None or by == "policy" else "GROUP BY GROUPING SETS ((), (key))"


def _median(value: LiteralString, where: LiteralString, name: LiteralString) -> LiteralString:
    """The median and the 90th percentile in seconds, and of how many."""
    return f"""
        count(*) FILTER (WHERE {where}) AS {name}_n,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM {value})) FILTER (WHERE {where})
            AS {name}_median,
        percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM {value})) FILTER (WHERE {where})
            AS {name}_p90"""


OF_ESCALATION: LiteralString = f"""
    x.asked_at >= %(from)s AND x.asked_at < %(to)s AND {OF_CONTACT}
    AND (%(department)s::text IS NULL OR x.department = %(department)s)
"""
JUDGED: LiteralString = """
    count(*) AS times, count(*) FILTER (WHERE x.ended = 'wrapped_up') AS judged,
    count(*) FILTER (WHERE x.ended = 'wrapped_up' AND 'should_not_have_escalated' = ANY(x.tags)) AS overruled
"""
FROM_ESCALATIONS: LiteralString = (
    "FROM escalations x JOIN contacts k ON k.conversation_id = x.conversation_id AND k.seq = x.contact"
)

REASONS: LiteralString = f"""
SELECT x.reason AS name, {JUDGED} {FROM_ESCALATIONS} WHERE {OF_ESCALATION} GROUP BY 1 ORDER BY 2 DESC, 1
"""
CHECKS: LiteralString = f"""
SELECT name, {JUDGED} FROM (
    SELECT DISTINCT x.conversation_id, x.seq, x.ended, x.tags, split_part(trigger, '/', 1) AS name
    {FROM_ESCALATIONS}, unnest(x.triggers) AS trigger WHERE {OF_ESCALATION}
) x GROUP BY 1 ORDER BY 2 DESC, 1
"""
TAGS: LiteralString = f"""
SELECT tag AS name, count(*) AS times FROM contacts k, unnest(k.tags) AS tag
WHERE k.began_at >= %(from)s AND k.began_at < %(to)s AND {OF_CONTACT}
    AND (%(department)s::text IS NULL OR k.department = %(department)s)
GROUP BY 1 ORDER BY 2 DESC, 1
"""
PROMISES: LiteralString = f"""
SELECT split_part(p.owner, ':', 1) AS owner, count(*) AS made, count(*) FILTER (WHERE p.kept) AS kept,
    count(*) FILTER (WHERE NOT p.kept) AS broken, count(*) FILTER (WHERE p.kept IS NULL AND p.due < %(now)s) AS overdue
FROM promises p JOIN LATERAL (
    SELECT * FROM contacts k WHERE k.conversation_id = p.conversation_id AND k.seq <= p.made_seq
    ORDER BY k.seq DESC LIMIT 1
) k ON true
WHERE p.made_at >= %(from)s AND p.made_at < %(to)s AND {OF_CONTACT}
    AND (%(department)s::text IS NULL OR k.department = %(department)s)
GROUP BY 1 ORDER BY 1
"""
WAITS: LiteralString = f"""
SELECT w.department, count(*) AS told, count(w.came_at) AS came, count(*) FILTER (
        WHERE w.came_at - w.told_at BETWEEN w.earliest * interval '1 minute' AND w.latest * interval '1 minute'
    ) AS held, count(*) FILTER (WHERE w.came_at > w.told_at + w.latest * interval '1 minute') AS later
FROM waits w JOIN LATERAL (
    SELECT * FROM contacts k WHERE k.conversation_id = w.conversation_id AND k.seq <= w.seq
    ORDER BY k.seq DESC LIMIT 1
) k ON true
WHERE w.told_at >= %(from)s AND w.told_at < %(to)s AND {OF_CONTACT}
    AND (%(department)s::text IS NULL OR w.department = %(department)s)
GROUP BY 1 ORDER BY 1
"""
UNANSWERED: LiteralString = f"""
SELECT u.conversation_id, u.seq, u.at, u.why FROM unanswered u JOIN LATERAL (
    SELECT * FROM contacts k WHERE k.conversation_id = u.conversation_id AND k.seq <= u.seq
    ORDER BY k.seq DESC LIMIT 1
) k ON true
WHERE u.at >= %(from)s AND u.at < %(to)s AND {OF_CONTACT}
    AND (%(department)s::text IS NULL OR k.department = %(department)s)
ORDER BY u.at DESC LIMIT %(limit)s
"""
VALUES: LiteralString = """
SELECT array_agg(DISTINCT channel ORDER BY channel) AS channels, array_agg(DISTINCT intent ORDER BY intent) AS intents,
    (SELECT array_agg(DISTINCT p ORDER BY p) FROM contacts, unnest(policies) AS p
        WHERE began_at >= %(from)s AND began_at < %(to)s AND NOT trial) AS policies
FROM contacts WHERE began_at >= %(from)s AND began_at < %(to)s AND NOT trial
"""
