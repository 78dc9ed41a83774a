"""When the assets run: jobs and schedules."""
