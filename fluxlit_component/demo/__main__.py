"""`python -m fluxlit_component.demo [--port N] [any option of streamlit run]`: as `fluxlit-session demo`."""

import sys

from fluxlit_component.cli import main

if __name__ == "__main__":
    sys.argv.insert(1, "demo")
    main()
