"""The exit codes, on which scripts depend."""

DONE = 0
FAILED = 1
"""The command was carried out and failed, such as a backfill that ends in failure."""
USAGE = 2
OUT_OF_REACH = 3
REFUSED = 4
"""Read-only, not permitted, not confirmed, or the deployment has changed since the plan."""
UNKNOWN = 5
"""A launch was sent, but its outcome could not be found out."""
INTERRUPTED = 130
"""Interrupted by Ctrl-C; whatever was launched goes on."""
CRASHED = 70
"""An error of the console itself (sysexits.h, EX_SOFTWARE), with a report."""
