"""`python -m fluxlit_component.demo [--port N] [any option of streamlit run]`: as `fluxlit-session demo`."""

import sys

from fluxlit_component.cli import app

if __name__ == "__main__":
    app(["demo", *sys.argv[1:]], prog_name="fluxlit-session")
