"""The end of a command: errors become one sentence and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable

from pipelines.deployment.errors import FAILED, INTERRUPTED, USAGE, DeploymentError
from pipelines.settings import WrongSettingsError


def exit_code(command: Callable[[], object]) -> int:
    """Runs the command; 0 done, 1 failed, 2 a wrong setting, 3 out of reach, 4 refused."""
    try:
        command()
    except WrongSettingsError as error:
        return _told(str(error), USAGE)
    except DeploymentError as error:
        return _told(str(error), error.exit_code)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        words = f"{where}{error.strerror or error}. The state folder is set by DAGDECK_HOME."
        return _told(words, FAILED)
    except KeyboardInterrupt:
        return _told("Interrupted.", INTERRUPTED)
    return 0


def _told(words: str, code: int) -> int:
    sys.stderr.write(words + "\n")
    sys.stderr.flush()
    return code
