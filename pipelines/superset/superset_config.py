"""Superset's own configuration; read by Superset in its own environment, not by the deployment.

`DAGDECK_SUPERSET_HOME` is the folder that holds its database and its key.
"""

import os
from pathlib import Path

_HOME = Path(os.environ["DAGDECK_SUPERSET_HOME"])

SECRET_KEY = (_HOME / "secret-key").read_text()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{_HOME / 'superset.db'}"
DATA_DIR = str(_HOME)
# It listens on the loopback alone and speaks plain HTTP there.
TALISMAN_ENABLED = False
SESSION_COOKIE_SAMESITE = "Lax"
RATELIMIT_STORAGE_URI = "memory://"
