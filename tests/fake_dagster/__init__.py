"""A fake of Dagster's webserver: made-up assets, answered by Dagster's own GraphQL schema.

For what no real deployment can give in a test: thousands of assets, a clock that stands still.
"""
