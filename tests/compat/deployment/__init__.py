"""What a release of Dagster itself loads and runs: nothing here may need another package."""
