"""The operations: jobs, schedules, automation and alerts."""
