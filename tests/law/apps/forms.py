"""Forms: sent as a whole, some of them empty afterwards."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from fluxlit_component import url_session
from tests.law.collection import Collection

COLLECTION = Collection()
app = COLLECTION.app


@app()
def registration() -> None:
    """A form with fields of many kinds, checked when it is sent."""
    with url_session():
        with st.form("registration"):
            st.text_input("Name", key="reg_name")
            st.date_input("Born", dt.date(2000, 1, 1), key="born")
            st.radio("Ticket", ["day", "week"], key="ticket")
            st.multiselect("Meals", ["noon", "evening"], key="meals")
            st.checkbox("I agree", key="agree")
            sent = st.form_submit_button("Register")
        if sent and not st.session_state.agree:
            st.error("You must agree")
        elif sent:
            st.session_state.registered = st.session_state.reg_name
        if "registered" in st.session_state:
            st.success(f"Registered {st.session_state.registered}, {st.session_state.ticket}")
        st.write(f"born {st.session_state.born}, meals {st.session_state.meals}")


@app()
def guest_book() -> None:
    """A form that is empty after it was sent; what it returned is collected."""
    with url_session():
        entries = st.session_state.setdefault("entries", [])
        with st.form("entry", clear_on_submit=True):
            name = st.text_input("Your name", key="guest")
            words = st.text_area("Your words", key="words")
            stars = st.slider("Stars", 1, 5, 3, key="stars")
            again = st.checkbox("I come again", key="again")
            if st.form_submit_button("Write") and name:
                entries.append({"name": name, "words": words, "stars": stars, "again": again})
        for entry in entries:
            st.write(f"{entry['name']}: {entry['words']} ({entry['stars']}, {entry['again']})")


@app()
def form_by_callback() -> None:
    """A form without keys in its return values: its callback reads the state."""

    def send() -> None:
        ss = st.session_state
        ss.orders = [*ss.get("orders", []), (ss.ware, ss.amount)]
        ss.amount = 1

    with url_session():
        with st.form("order", border=False):
            st.selectbox("Ware", ["tea", "jam"], key="ware")
            st.number_input("Amount", 1, 9, key="amount")
            st.form_submit_button("Order", on_click=send)
        st.write(st.session_state.get("orders", "no orders"))


@app()
def two_forms() -> None:
    """Two forms and a field beside them; one form is only there after the other was sent."""
    with url_session():
        st.text_input("Title of the survey", key="survey")
        with st.form("first"):
            pet = st.selectbox("Pet", ["none", "cat", "dog"], key="pet")
            if st.form_submit_button("On"):
                st.session_state.asked = pet
        if st.session_state.get("asked", "none") != "none":
            with st.form("second", clear_on_submit=True):
                call = st.text_input(f"Name of the {st.session_state.asked}", key="pet_name")
                if st.form_submit_button("Done"):
                    st.session_state.pets = {**st.session_state.get("pets", {}), st.session_state.asked: call}
        st.write(st.session_state.get("pets", {}))


@app()
def prefilled_form() -> None:
    """A form that shows what was saved last, without keys, and saves it anew."""
    with url_session():
        profile = st.session_state.setdefault("profile", {"nick": "ada", "age": 36})
        with st.form("profile_form"):
            nick = st.text_input("Nick", value=profile["nick"])
            age = st.number_input("Age", value=profile["age"])
            if st.form_submit_button("Save profile"):
                st.session_state.profile = {"nick": nick, "age": age}
                st.rerun()
        st.write(st.session_state.profile)
