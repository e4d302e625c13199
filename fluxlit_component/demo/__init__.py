"""The demo behind `make demo` and `python -m fluxlit_component.demo`.

"Meridian" is an ordinary multipage Streamlit app: 418 places, their clocks, and what you make of them. It is
here to be reloaded. Nothing in its pages knows about the session, but for the one that is answered by a
stream; the one line that matters is in `app.py`.

The data is real and comes with the installed `tzdata` package (public domain); nothing is fetched.
"""
