"""Settings, addresses and the plugin mechanism: the ground floor."""

import os

# Torch's threads spin while they wait; where anything else runs on the processor (a web server, a
# second worker) that makes small networks ten times slower. Set before torch is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
