"""Every release of Dagster that the console operates: its schema, and small deployments of it."""
