"""Compiles the inner loops for the tests to come: `python -m tests.support.loops`.

Half a minute on a new machine, and otherwise spent by each process that needs them meanwhile.
"""

from __future__ import annotations

from gen_ip.match.loops import loops

MODULES = ("cells", "kernels", "pairing", "words.kernels")

if __name__ == "__main__":
    for module in MODULES:
        loops(module)
