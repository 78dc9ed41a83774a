"""Launches over a bad line: Dagster's own webserver without a daemon, and a proxy before it."""
