"""What the server's code location loads: whatever definitions are current."""

import dagster as dg

current = dg.Definitions()
