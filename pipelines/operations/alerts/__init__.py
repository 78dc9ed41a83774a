"""Alerts on failed runs: their words, receivers, how often they are sent, and their delivery."""
