"""Local servers that speak the sources' APIs, and the data they serve."""
