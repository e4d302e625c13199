"""What the comparison with the original needs before it is imported."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.original.side_by_side")  # its failed asserts show their values
