"""Speed and memory, measured on real servers and in real terminals.

Libraries warn while the deployments to measure on are defined; nothing of that reaches a terminal.
"""

import warnings

warnings.simplefilter("ignore")
