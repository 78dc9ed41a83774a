"""Run by Superset's own Python, in its container: sets Superset up and replaces itself with it.

Secrets come as variables: SUPERSET_SECRET_KEY, SUPERSET_PASSWORD (of its user `admin`) and
SUPERSET_READER_PASSWORD, of the role in SUPERSET_MARTS, the URL of the marts without a password.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
SERVER = ["--workers=1", "--threads=8", "--worker-class=gthread", "--timeout=120"]
ADDRESS = "0.0.0.0:8088"


def main() -> None:
    """Never returns; the exit code is that of the set-up where it fails."""
    key = Path(os.environ["DAGDECK_SUPERSET_HOME"], "secret-key")
    key.touch(mode=0o600)
    key.write_text(os.environ["SUPERSET_SECRET_KEY"])
    done = subprocess.run(
        [sys.executable, str(FOLDER / "prepare.py")],
        input=json.dumps(order(os.environ)),
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.returncode)
    gunicorn = Path(sys.executable).with_name("gunicorn")
    address = os.environ.get("SUPERSET_ADDRESS", ADDRESS)
    os.execv(gunicorn, [str(gunicorn), f"--bind={address}", *SERVER, "superset.app:create_app()"])


def order(variables: os._Environ[str] | dict[str, str]) -> dict[str, str]:
    """What `prepare.py` is to set up, as it reads it."""
    return {
        "user": "admin",
        "password": variables["SUPERSET_PASSWORD"],
        "uri": variables["SUPERSET_MARTS"].replace("@", ":XXXXXXXXXX@", 1),
        "reader_password": variables["SUPERSET_READER_PASSWORD"],
    }


if __name__ == "__main__":
    main()
