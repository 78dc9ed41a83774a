"""The distributed profile, really: S3, Nessie, Trino with two workers, started by `dagdeck up`."""
