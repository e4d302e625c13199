"""What of `st.session_state` is kept: which keys, what changed, how records and changes come together."""
