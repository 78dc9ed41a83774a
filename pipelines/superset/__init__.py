"""Superset over the marts: its definitions as files, and what starts it beside the deployment."""
