"""When this process began, before anything large is imported: people wait from then on."""

import time

BEGAN = time.monotonic()
