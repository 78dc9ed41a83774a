"""The terminal itself: what comes from it, what is sent to it, and how it is left."""
