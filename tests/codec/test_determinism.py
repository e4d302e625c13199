"""The same value gives the same bytes, in this process and in any other."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
from fluxlit_component.codec import encode
words = {"alpha", "beta", "gamma", "delta", ("x", 1), frozenset({"p", "q", "r"}), None, 3.5}
print(encode([words, {"k": frozenset(words)}, {"b": 1, "a": {2, "z"}}]).hex())
"""


def test_sets_encode_alike_under_every_hash_seed() -> None:
    """PYTHONHASHSEED changes the order of a set, not its bytes."""
    answers = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "7")
    }
    assert len(answers) == 1
