"""Wizards: several steps, one of them on the page."""

from __future__ import annotations

import streamlit as st

from fluxlit_component import url_session
from tests.law.collection import Collection

COLLECTION = Collection()
app = COLLECTION.app


@app()
def start_over() -> None:
    """The last step begins anew by deleting every key."""

    def begin_anew() -> None:
        for key in list(st.session_state.keys()):
            del st.session_state[key]

    with url_session():
        step = st.session_state.setdefault("step", 1)
        if step == 1:
            st.text_input("Name", key="name")
            if st.button("Next"):
                st.session_state.step = 2
                st.rerun()
        else:
            st.write(f"name is {st.session_state.get('name', 'unset')}")
            st.button("Look again")
            st.button("Start over", on_click=begin_anew)


@app()
def clear_as_callback() -> None:
    """The same with `st.session_state.clear` itself as the callback."""
    with url_session():
        if "step" not in st.session_state:
            st.session_state.step = 1
        if st.session_state.step == 1:
            st.text_input("Name", key="name")
            st.toggle("By post", key="by_post")
            if st.button("Next"):
                st.session_state.answers = {
                    "name": st.session_state.name,
                    "by_post": st.session_state.by_post,
                }
                st.session_state.step = 2
                st.rerun()
        else:
            st.write(st.session_state.get("answers"))
            st.button("Start over", on_click=st.session_state.clear)


@app()
def back_and_forth() -> None:
    """Steps counted by callbacks; what was entered is handed to the next step by `args`."""

    def go(step: int, **entered: object) -> None:
        st.session_state.info.update(entered)
        st.session_state.step = step

    with url_session():
        ss = st.session_state
        if "step" not in ss:
            ss.step = 1
        if "info" not in ss:
            ss.info = {}
        if ss.step == 1:
            st.header("Part 1: who")
            name = st.text_input("Name", value=ss.info.get("name", ""), key="w_name")
            st.button("Next", on_click=go, args=(2,), kwargs={"name": name})
        elif ss.step == 2:
            st.header("Part 2: how many")
            seats = st.slider("Seats", 1, 9, ss.info.get("seats", 2), key="w_seats")
            back, on = st.columns(2)
            back.button("Back", on_click=go, args=(1,), kwargs={"seats": seats})
            on.button("Next", on_click=go, args=(3,), kwargs={"seats": seats})
        else:
            st.header("Part 3: review")
            st.write(ss.info)
            if st.button("Book"):
                st.success(f"Booked {ss.info['seats']} seats for {ss.info['name']}")
                ss.info = {}
            st.button("Back", on_click=go, args=(2,))


@app()
def steps_by_dict() -> None:
    """One-time defaults for all fields, fields of hidden steps kept by assigning them to themselves."""
    defaults = {"step": 0, "full_name": "", "street": "", "news": False}
    with url_session():
        for key, value in defaults.items():
            if key not in st.session_state:
                st.session_state[key] = value
        for key in ("full_name", "street", "news"):
            st.session_state[key] = st.session_state[key]
        st.progress(st.session_state.step / 2)
        if st.session_state.step == 0:
            st.text_input("Full name", key="full_name")
        elif st.session_state.step == 1:
            st.text_input("Street", key="street")
            st.checkbox("Send me news", key="news")
        else:
            st.json({key: st.session_state[key] for key in ("full_name", "street", "news")})

        def move(by: int) -> None:
            st.session_state.step += by

        st.button("Previous", on_click=move, args=(-1,), disabled=st.session_state.step == 0)
        st.button("Following", on_click=move, args=(1,), disabled=st.session_state.step == 2)


@app()
def quiz() -> None:
    """Questions one after the other, a score, and a stop in the middle of the script."""
    questions = [("2 + 2", ["3", "4"], "4"), ("3 * 3", ["6", "9"], "9"), ("10 / 2", ["5", "2"], "5")]
    with url_session():
        ss = st.session_state
        if "current" not in ss:
            ss.current, ss.score, ss.sent = 0, 0, False
        if ss.current >= len(questions):
            st.metric("Score", f"{ss.score} of {len(questions)}")
            if st.button("Once more"):
                for key in ("current", "score", "sent"):
                    del ss[key]
                st.rerun()
            st.stop()
        text, options, right = questions[ss.current]
        st.subheader(text)
        answer = st.radio("Answer", options, index=None, key=f"answer_{ss.current}")
        if not ss.sent:
            if st.button("Send", disabled=answer is None):
                ss.sent = True
                ss.score += answer == right
                st.rerun()
            st.stop()
        (st.success if answer == right else st.error)(f"It is {right}")
        if st.button("Next question"):
            ss.current += 1
            ss.sent = False
            st.rerun()
