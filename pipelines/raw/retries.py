"""How often the step of an ingest is tried again."""

import dagster as dg

RETRIES = 2
RETRY_POLICY = dg.RetryPolicy(max_retries=RETRIES, delay=1, backoff=dg.Backoff.EXPONENTIAL)
