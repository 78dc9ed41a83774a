"""Exit codes are an API: scripts decide by them."""

DONE = 0
FAILED = 1
"""What was asked was done and failed, as a backfill that ends in failure."""
USAGE = 2
OUT_OF_REACH = 3
REFUSED = 4
"""Read-only, not permitted, not confirmed, or the deployment changed since the plan."""
UNKNOWN = 5
"""A launch was sent, and what became of it could not be found out."""
INTERRUPTED = 130
"""Ctrl-C; what was launched goes on."""
CRASHED = 70
"""An error of the console itself (sysexits.h, EX_SOFTWARE); a report says where."""
