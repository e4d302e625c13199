"""Runs of AppTest in a test suite: the switch that test tools turn, and what follows from it."""
