"""Conversations that people tagged, frozen as cases."""
