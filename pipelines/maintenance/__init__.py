"""Keeping the Iceberg tables small: old snapshots, files that nothing names, many small files."""
