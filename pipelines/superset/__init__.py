"""Superset over the marts: its definitions as files, and the command that starts it."""
