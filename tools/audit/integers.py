"""Runs cvc5 over an SMT-LIB file, its words read as integers: `integers.py FILE`."""

from __future__ import annotations

import sys

import cvc5  # installed by lock in the audit's own environment


def main() -> int:
    """Prints what each command of the file answers."""
    terms = cvc5.TermManager()
    solver = cvc5.Solver(terms)
    solver.setOption("produce-models", "true")
    solver.setOption("solve-bv-as-int", "sum")
    symbols = cvc5.SymbolManager(terms)
    parser = cvc5.InputParser(solver, symbols)
    parser.setFileInput(cvc5.InputLanguage.SMT_LIB_2_6, sys.argv[1])
    while not (command := parser.nextCommand()).isNull():
        print(command.invoke(solver, symbols), end="", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
