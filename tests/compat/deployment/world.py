"""The code location of a random deployment, as its past left it."""

import os
import pickle
from pathlib import Path

from tests.staleness.deployments import World

world = World.__new__(World)
world.__dict__.update(
    pickle.loads((Path(os.environ["DAGSTER_HOME"]) / "world.pickle").read_bytes()), _meanwhile={}
)
definitions = world._definitions()
