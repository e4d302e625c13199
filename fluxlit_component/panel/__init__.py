"""The panel for developers and the badge for everybody: what they say, and how it is drawn."""
