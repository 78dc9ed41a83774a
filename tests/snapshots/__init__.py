"""What each screen looks like, kept as text; `make snapshots` records them anew."""
