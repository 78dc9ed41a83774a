"""The marts: small tables in Postgres, published whole, for dashboards to read."""
