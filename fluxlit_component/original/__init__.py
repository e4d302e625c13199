"""The four functions of the original system, `fluxlit.url_session`, under their old names."""
