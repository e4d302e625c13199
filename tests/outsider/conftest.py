import shutil

import pytest


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    chromium = shutil.which("chromium")
    return {**browser_type_launch_args, "executable_path": chromium, "args": ["--no-sandbox"]}
