# SPDX-License-Identifier: MIT
"""The gate's training: where its weights come from, and what they are worth on people they were not fitted on.

`python -m tests.training` from the repository's top; `make train` names the recordings, the scorer and the files to
write. Only the gate is learned, from looks (`kneemon.gait.rhythm`); all else in the engine is written by hand. What is
learned from whom, and how it is judged, stands in docs/training.md.
"""
