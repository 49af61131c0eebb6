"""Settings, addresses and the plugin mechanism: the ground floor."""

import os

# Torch's threads spin while they wait; where anything else runs on the processor (a web server, a
# second worker) that makes small networks ten times slower. Set before torch is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# numpy's threads hinder each other on the small matrices of statistics: with two of them a mixed
# model of 500 answers takes seven times as long as with one. Set before numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
