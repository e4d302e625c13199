"""`python -m fluxlit_component`: the same as `fluxlit-session`."""

from fluxlit_component.cli import main

if __name__ == "__main__":
    main()
