# As many fields as people; the sum looks for them in the session state.
import streamlit as st

from fluxlit_component import url_session

with url_session():
    people = int(st.number_input("People", 1, 5, key="people"))
    for number in range(people):
        st.number_input(f"Age {number}", 0, 120, key=f"age_{number}")
    ages = [value for key, value in st.session_state.items() if key.startswith("age_")]
    st.button("Count again")
    st.write(f"{len(ages)} ages, sum {sum(ages)}")
