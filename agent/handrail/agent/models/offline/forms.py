"""How customers put things in English, as patterns: greetings, requests, questions of every kind."""

import re


def any_of(*parts: str) -> str:
    """A pattern that matches any of the parts."""
    return f"(?:{'|'.join(parts)})"


def words(*parts: str) -> re.Pattern[str]:
    """A pattern that finds any of the parts as whole words."""
    return re.compile(rf"\b{any_of(*parts)}\b", re.IGNORECASE)


def opens(*parts: str) -> re.Pattern[str]:
    """A pattern that a text matches which begins with any of the parts."""
    return re.compile(rf"^\W*{any_of(*parts)}\b", re.IGNORECASE)


HELLO = any_of("hi", "hiya", "hello", "hey", "good (?:morning|afternoon|evening|day)")
FINE = any_of(
    "ok(?:ay)?", "great", "perfect", "super", "brilliant", "lovely", "wonderful", "awesome", "cool", "nice", "good",
    "fine", "that's", "thats", "excellent", "yes", "no",
)  # fmt: skip
THANK = any_of("thanks", "thank you", "thx", "ty", "cheers", "much appreciated", "appreciate it", "ta")
PLEASED = any_of(
    "great", "perfect", "super", "brilliant", "lovely", "wonderful", "awesome", "cool", "excellent", "good to know",
    "got it", "understood",
)  # fmt: skip
PEOPLE = any_of(
    "human", "person", "agent", "representative", "someone", "somebody", "manager", "supervisor", "advisor", "adviser",
    "operator", "member of staff", "real people",
)  # fmt: skip
MACHINE = any_of("bot", "robot", "human", "person", "ai", "real", "machine", "automated")
DO = any_of(
    "cancel", "change", "move", "book", "refund", "return", "update", "check", "find", "track", "reserve",
    "reschedule", "add", "remove", "list", "show", "send", "give", "tell", "make", "get", "look", "start", "stop",
    "switch", "replace", "exchange", "swap", "transfer", "pay", "renew", "extend", "delete", "close", "open",
    "create", "set", "correct", "edit", "modify", "postpone", "bring", "put", "take", "sign", "register", "confirm",
    "resend", "order", "call", "upgrade", "downgrade", "buy", "rebook", "schedule",
    "search", "report", "freeze", "pause", "suspend", "block", "unblock", "redirect", "deliver", "collect", "pick",
    "submit", "request", "activate", "deactivate", "enable", "disable", "turn", "resume", "hire", "rent", "file",
    "reset", "unlock", "lock", "increase", "reduce", "lower", "extend",
)  # fmt: skip
WANT = any_of(
    "(?:i|we)(?:'d| would) (?:really |also )?(?:like|love|prefer)",
    "(?:i|we) (?:really |also |just )?(?:want|need|wish|have) to", "(?:i|we) (?:really |also |just )?(?:want|need)",
    "i wanna", "(?:i'm|we're) (?:trying|looking|calling|writing) to", "(?:i am|we are) (?:trying|looking) to",
)  # fmt: skip
DONE = any_of("ordered", "bought", "booked", "placed", "reserved", "paid", "sent", "made", "returned")

GREETING = re.compile(
    rf"^\W*{any_of(HELLO, 'greetings', 'howdy')}\b(?:[\s,!.]+\w+)?[\s,!.]*$", re.IGNORECASE
)  # fmt: skip
OPENING = re.compile(
    rf"^\W*(?:{HELLO}(?: (?:there|all|again|team))?|ok(?:ay)?|thanks|thank you|great|well|so|alright|right|sorry|"
    r"excuse me|yes|yeah|also|and|then|plus|besides)\b[\s,!.:–-]+(?=\S)",
    re.IGNORECASE,
)
THANKS = re.compile(
    rf"^\W*(?:{FINE}[\s,!.]+)*(?:many |so )?{THANK}\b[\w\s,!.':)]{{0,40}}$|^\W*{PLEASED}\W*$", re.IGNORECASE
)
BYE = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|thanks|no|great)[\s,!.]+)?(?:bye|goodbye|good bye|bye bye|see (?:you|ya)|"
    r"have a (?:nice|good|great) \w+|that(?:'s| is| was| will be)? all|that'll be all|nothing else|cheerio)\b"
    r"[\w\s,!.']{0,30}$",
    re.IGNORECASE,
)
WAIT = re.compile(
    r"^\W*(?:h+m+|um+|ok(?:ay)?|well|wait|so)?[\s,.…]*(?:let me (?:think|see|check)|(?:just )?(?:a|one|"
    r"1) (?:moment|minute|second|sec)|"
    r"hold on|hang on|i'?ll (?:think about it|check|be right back|get back to you)|not sure yet|brb)\b[\w\s,.']{0,30}$",
    re.IGNORECASE,
)
PERSON = re.compile(
    rf"\b(?:speak|talk|chat|connect|put|transfer|pass|escalate|get|give|want|need|prefer|let)\b.{{0,30}}\b{PEOPLE}\b|"
    r"^\W*(?:human|agent|representative|operator|real person|a person)\b",
    re.IGNORECASE,
)
BOT = re.compile(
    rf"\b(?:are you (?:a |an |actually )*{MACHINE}|am i (?:talking|speaking|chatting) (?:to|with) (?:a |an )?{MACHINE}|"
    r"who are you|what are you|what can you (?:do|help)|how can you help)\b|\bwhat do you do\W*$",
    re.IGNORECASE,
)
REQUEST = opens(
    "please", "pls", "kindly", WANT, "let's", "help me", "let me", "(?:can|could|would|will) you(?: please)?",
    "would it be possible", "is it possible for you", "would you mind", DO,
)  # fmt: skip
OTHERS = opens(
    "(?:can|could|may|should|must|will|would|do|does) "
    "(?:my|our|his|her|their|the|a|an|one|any|children|kids|dogs?|people)"
)
"""Questions about what others may do ("can my dog come"): the policies answer them."""
TELL = re.compile(
    r"^\W*(?:(?:can|could|would|will) you |i(?:'d| would) like you to )?(?:please |also )*"
    r"(?:tell me|let me know|explain(?: to me)?|remind me|i(?:'d| would) (?:also )?like to know|"
    r"i (?:also )?(?:want|need) to know|do you know)\s+"
    r"(?=(?:what|how|when|where|which|who|whose|why|whether|if)\b)",
    re.IGNORECASE,
)
"""What a question is led in with that is put as a request ("tell me where it is")."""
ABILITY = opens(
    "(?:can|could|may|am) i", "(?:can|could|may) we", "is it (?:still |at all )?possible", "is there (?:any|a) way",
    "any chance", "would i be able", "is it ok(?:ay)?", "do i have to", "must i", "should i",
)  # fmt: skip
HOWTO = re.compile(r"\bhow (?:do|can|could|should|would|to|does one|might)\b(?!.{0,20}\blong\b)", re.IGNORECASE)
ASKING = opens(
    "what", "what's", "whats", "how", "how's", "when", "when's", "where", "where's", "wheres", "which", "who", "whose",
    "why", "any", "isn't", "aren't", "don't", "doesn't", "hasn't", "haven't",
    "(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|should|may|am)(?! (?:have|be|been|do|"
    "fine|ok|not))",
)  # fmt: skip
OWN = words(
    "my", "mine", "our", f"i {DONE}", "i have", f"i've {DONE}", "have i", "did i", "am i (?:still )?(?:on|in|booked)",
    "i still", "have (?:for|about|on) me", "(?:about|on) me",
)  # fmt: skip
RULE = words(
    "polic(?:y|ies)", "rules?", "terms", "conditions", "allowed", "permitted", "eligible", "how long", "how many days",
    "how much (?:does|do|is|are|would|will|time)", "how soon", "how often", "what happens", "what if",
    "do you (?:offer|have|ship|deliver|accept|take|do|provide|charge|allow|give|sell|price|match)",
    "does (?:it|the|your)", "are there", "is there (?:a|an|any)", "deadline", "fees?", "cost to", "guarantee",
    "warranty", "usually", "normally", "generally", "in general", "typically", "ever",
)  # fmt: skip
GENERAL = words(
    "polic(?:y|ies)", "rules?", "terms", "conditions", "in general", "generally", "usually", "normally", "allowed",
    "permitted", "what happens", "what if", "how long (?:do|does|will|is|are)", "how many days", "fees?",
    "charged? for", "cost (?:me )?to", "deadline", "(?:do|did|would) (?:i|we) (?:have to|need to|get|pay)",
    "(?<!know )(?<!check )(?<!see )(?<!me )(?<!wondering )if (?:i|we|you|it|there)",
    "do you (?:offer|ship|deliver|accept|charge|allow|refund|price|cancel|take|give|help|keep|let)",
)  # fmt: skip
"""What makes a question one about rules, though it may speak of the customer's own things."""
CONDITION = words(
    "if", "within", "after", "before", "without", "less than", "more than", "even though", "unless", "worn", "wore",
    "opened", "used", "twice",
)  # fmt: skip
FREE = words(
    "when", "(?:what|which|any) (?:dates?|days?|times?)", "availab\\w*", "free", "openings?", "slots?", "places? left",
    "next", "any (?:places?|spots?|seats?)",
)  # fmt: skip
TRACKED = re.compile(
    r"^\W*(?:hi|hello|hey)?\W*where(?:'s| is| are)\b.{0,20}\bmy\b(?! (?:refund|money|points|voucher|discount))|"
    r"\bhas my .{1,40}(?:arrived|come|shipped|been (?:sent|shipped|dispatched|delivered))|"
    r"\bwhen (?:will|do|does|is|are) .{0,20}\bmy .{1,40}(?:arriv|com|get here|be delivered|ship)",
    re.IGNORECASE,
)
"""Questions where something of the customer's is, whatever it is."""
AND = re.compile(
    r"(?:[,;]\s{0,3}|\s{1,3})(?:and|also|plus|then|but)\s{1,3}"
    r"(?:(?:then|also|please|could you|can you|by the way,?|btw,?|while (?:i'm|we're) at it,?)\s{1,3}){0,3}"
    rf"(?=(?:i\s+(?:also\s+)?(?:want|need|would|have|can)|i'd|can|could|would|will|"
    rf"(?:(?:until|since|from|by|at|for|on) )?(?:what|how|when|where|which|who)|"
    rf"do you|does|is|are|help|let me|{DO})\b)",
    re.IGNORECASE,
)
BARE_VERB = re.compile(rf"{DO}\b", re.IGNORECASE)
CORE = re.compile(
    r"[,;:–-]\s*(?:so\s+|and\s+|but\s+|please\s+)*(?=(?:(?:can|could|would|will|may) (?:you|i|we)\b|please\b|"
    r"i(?:'d| would) like\b|i (?:want|need) (?:to|my|a)\b|(?:what|how|when|where|which)\b).{4,})",
    re.IGNORECASE,
)
"""What stands before the part of a clause that asks."""

ACTIONS = {
    "cancel": words(
        "cancel\\w*", "call(?:ing)? off", "withdraw", "scrap", "abort", "stop", "take (?:me|us) off",
        "(?:can't|cannot|won't|not able to) (?:make it|come|attend|join)", "(?:don't|do not|no longer) (?:want|need)",
    ),
    "change": words(
        "chang\\w*", "updat\\w*", "edit\\w*", "modif\\w*", "amend\\w*", "correct", "mov(?:e|ing)", "reschedul\\w*",
        "postpone", "bring forward", "push back", "shift", "swap\\w*", "switch\\w*", "replac\\w*", "rebook\\w*",
        "redirect", "different", "another",
    ),
    "book": words(
        "(?<!my )(?<!the )(?<!this )(?<!that )(?<!a )book", "booking", "reserv\\w*",
        "sign (?:me|us|him|her|them)? ?up", "schedule", "join", "register", "enrol\\w*",
    ),
    "return": words(
        "return\\w*", "send(?:ing)? .{0,20}back", "give .{0,20}back", "sent back", "bring .{0,20}back"
    ),
    "refund": words("refund\\w*", "money back", "reimburs\\w*", "compensat\\w*"),
    "exchange": words("exchang\\w*", "swap\\w*"),
    "pay": words("pay", "paid", "payment"),
    "add": words("add\\w*", "include"),
    "remove": words("remov\\w*", "delet\\w*"),
    "extend": words("renew\\w*", "extend\\w*", "prolong\\w*", "(?:for|keep|have) .{0,30}\\blonger"),
    "pause": words("paus\\w*", "freez\\w*", "suspend\\w*", "on hold", "block"),
    "report": words("report\\w*", "claim\\w*"),
}  # fmt: skip
"""Things to do, by what customers call them. They tell tools apart that deal with the same things."""
