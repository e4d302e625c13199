"""The script that AppTest runs for an app that is a function."""

from tests.law.browser import Browser

if Browser.running is not None:
    Browser.running.app()
