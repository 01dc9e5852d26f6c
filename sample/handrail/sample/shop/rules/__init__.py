"""What the shop's policies allow, as code: pure functions that give amounts and days, or raise `Refusal`.

Every refusal names the policy that it rests on. The tools ask these before a customer consents and again, under a lock,
when the change is made; whatever a model says, nothing else decides.
"""
