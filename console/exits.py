"""Exit codes are an API: scripts decide by them."""

DONE = 0
FAILED = 1
"""What was asked was done and failed, as a backfill that ends in failure."""
USAGE = 2
OUT_OF_REACH = 3
REFUSED = 4
"""Read-only, not permitted, not confirmed, or the deployment changed since the plan."""
