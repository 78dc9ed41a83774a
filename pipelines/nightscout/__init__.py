"""Glucose readings: from the Nightscout API, through dlt, into the raw Iceberg table."""
