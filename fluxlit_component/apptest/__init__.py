"""Runs of AppTest in a test suite: whether `url_session` does anything in them, and with which store."""
