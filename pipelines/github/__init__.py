"""A user's GitHub events: from the events API, through dlt, into the raw Iceberg table."""
