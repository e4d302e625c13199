"""Stores: one leaf module each; `open_store` in `stores.location` picks one by URL."""
