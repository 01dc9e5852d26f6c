"""What the desk's figures are made of: contacts, escalations and questions without an answer, and what they tell."""
