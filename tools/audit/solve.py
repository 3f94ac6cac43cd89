"""The solver that Halmos calls: one question to two solvers at once, the first to answer wins.

Yices turns words into single bits, which suits masks and shifts; cvc5 turns them into integers,
which suits sums and division by a constant. Usage: solve.py SECONDS FILE.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

YICES = ("--smt2-model-format", "--bvconst-in-decimal")
ANSWERS = ("sat", "unsat")

# Halmos asks at first with products as an unknown function of two arguments. Nothing tells the
# solver that their order does not matter, although the compiler changes it at will.
PRODUCT = re.compile(r"\(declare-fun f_evm_bvmul_(\d+) .*\)\n")
COMMUTING = r"""(declare-fun f_evm_ordered_bvmul_\1
 ((_ BitVec \1) (_ BitVec \1)) (_ BitVec \1))
(define-fun f_evm_bvmul_\1 ((x (_ BitVec \1)) (y (_ BitVec \1))) (_ BitVec \1)
 (ite (bvule x y) (f_evm_ordered_bvmul_\1 x y) (f_evm_ordered_bvmul_\1 y x)))
"""


def race(query: Path, seconds: float) -> str:
    """What the first solver with an answer printed; "unknown" where none has one in time."""
    here = Path(sys.executable).parent
    commands = (
        [str(here / "yices-smt2"), *YICES, str(query)],
        [sys.executable, str(Path(__file__).with_name("integers.py")), str(query)],
    )
    deadline = time.monotonic() + seconds
    outputs = [query.with_suffix(f".{index}") for index in range(len(commands))]
    running = []
    for command, output in zip(commands, outputs, strict=True):
        with output.open("wb") as stream:
            running.append(subprocess.Popen(command, stdout=stream, stderr=stream))
    try:
        pending = set(range(len(commands)))
        while pending and time.monotonic() < deadline:
            for index in sorted(pending):
                if running[index].poll() is None:
                    continue
                pending.remove(index)
                answer = outputs[index].read_text(encoding="utf-8")
                if answer.partition("\n")[0] in ANSWERS:
                    return answer
            time.sleep(0.01)
    finally:
        for process in running:
            process.kill()
            process.wait()
    return "unknown\n"


def main() -> int:
    """Answers the question in the file that Halmos names last."""
    seconds, query = float(sys.argv[1]), Path(sys.argv[2])
    text = PRODUCT.sub(COMMUTING, query.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "query.smt2"
        copy.write_text(text, encoding="utf-8")
        print(race(copy, seconds), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
