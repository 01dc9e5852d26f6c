"""The steps of the fold, by subject. Each takes (situation, event, data) and returns the fields that change."""
