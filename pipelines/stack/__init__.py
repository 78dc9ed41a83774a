"""The distributed profile: Nessie, S3 and Trino, as plain processes here or as containers."""
