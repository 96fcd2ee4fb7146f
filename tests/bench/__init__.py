# SPDX-License-Identifier: MIT
"""The benchmark: how well kneemon counts, what that costs, and how soon the service is there.

`python -m tests.bench` from the repository's top; `make bench` names the recordings and the scorer too. Each measured
process is a fresh one; each part is told as soon as it is done and, with --write, put into docs/benchmarks.md.
"""
