"""The retries of an ingest's step."""

import dagster as dg

RETRIES = 2
RETRY_POLICY = dg.RetryPolicy(max_retries=RETRIES, delay=1, backoff=dg.Backoff.EXPONENTIAL)
