"""The pools that limit how many runs use a thing at once."""

DUCKDB = "duckdb"
"""The database file of bronze, silver and gold takes one process that writes."""
