"""The lines of the overview, a section a file; each is drawn from the store alone."""
