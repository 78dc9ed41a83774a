"""What stands before a Dagster: proxies, logins and certificates, on real sockets."""
