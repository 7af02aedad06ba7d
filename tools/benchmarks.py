#!/usr/bin/env python3
"""Runs the benchmarks and puts their tables into docs/benchmarks.md.

tools/benchmarks.py [--quick] [MODE ...]     all modes unless some are named
"""
import pathlib
import re
import subprocess
import sys

MODES = ["matmul", "pointwise", "reductions", "step", "learning", "graph", "startup", "memory"]
ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"


def main(arguments):
    options = [a for a in arguments if a.startswith("--")]
    modes = [a for a in arguments if not a.startswith("--")] or MODES
    for mode in modes:
        if mode not in MODES:
            sys.exit(f"no benchmark {mode}, choose from {' '.join(MODES)}")
    for mode in modes:
        command = ["./autograd", "bench", mode, "--peers", *options]
        print(" ".join(command), file=sys.stderr)
        run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        # The JVM warns on standard output.
        tables = re.sub(r"^(WARNING|SLF4J).*\n", "", run.stdout, flags=re.MULTILINE).strip()
        text = f"`{' '.join(command)}`\n\n{tables}"
        put(mode, text)


def put(mode, text):
    start, end = f"<!-- {mode} -->", f"<!-- end of {mode} -->"
    before, rest = PAGE.read_text().split(start)
    after = rest.split(end)[1]
    PAGE.write_text(f"{before}{start}\n\n{text}\n\n{end}{after}")


if __name__ == "__main__":
    main(sys.argv[1:])
