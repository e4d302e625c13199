# A form, and a list of what was sent by it.
import streamlit as st

from fluxlit_component import url_session

with url_session():
    orders = st.session_state.setdefault("orders", [])
    with st.form("order"):
        st.text_input("Who", key="who")
        st.number_input("How many", 1, 9, key="many")
        st.selectbox("What", ["tea", "coffee", "milk"], key="what")
        st.checkbox("Express", key="express")
        sent = st.form_submit_button("Order")
    if sent:
        orders.append((st.session_state.who, st.session_state.many, st.session_state.what))
    if orders and st.button("Cancel the last"):
        orders.pop()
        st.rerun()
    st.write(f"{len(orders)} orders, {sum(many for _, many, _ in orders)} in all")
    for order in orders:
        st.write(str(order))
