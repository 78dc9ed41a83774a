"""The start time of this process, taken before anything large is imported."""

import time

BEGAN = time.monotonic()
