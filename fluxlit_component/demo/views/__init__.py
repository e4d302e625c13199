"""The pages of the demo, one file each. Not called `pages`: Streamlit would add those by itself."""
