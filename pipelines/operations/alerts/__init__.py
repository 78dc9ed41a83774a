"""Failed runs told to people: what is said, to whom, how often, and until it has arrived."""
