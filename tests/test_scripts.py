"""The ape scripts do what they say, on ape's own anvil."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from gen_ip.chain.deployment import predicted
from tests.support.require import require

ROOT = Path(__file__).resolve().parent.parent


def test_deploy_places_the_contracts_where_the_package_expects_them() -> None:
    ape, anvil, solc = require("ape"), require("anvil"), require("solc")
    command = [str(ape), "run", "deploy", "--network", "ethereum:local:foundry"]
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(anvil.parent), os.environ["PATH"]]),
        "SOLCX_BINARY_PATH": str(solc.parent),
    }
    run = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stdout + run.stderr
    printed = dict(
        line.split(maxsplit=1) for line in run.stdout.splitlines() if len(line.split()) == 2
    )
    assert printed["deployer"] == predicted().deployer
    for name, address in predicted().addresses().items():
        assert printed[name] == address
