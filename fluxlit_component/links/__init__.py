"""Links that bring a session to another device: what they are, what they hide, where they point."""
