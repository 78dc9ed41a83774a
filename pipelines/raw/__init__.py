"""The raw layer: one Iceberg table for each source, upserted by day; sources only describe theirs."""
