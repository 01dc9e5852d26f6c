"""Conversations that the bot closed alone, put before people who say whether the matter was settled."""
