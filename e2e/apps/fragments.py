# Everything that runs only a part of the script, and what runs before it.
from pathlib import Path

import streamlit as st

from fluxlit_component import Event, url_session

state = st.session_state


def written(event: Event) -> None:
    with (Path(__file__).parent / "written.txt").open("a") as file:
        file.write(" ".join(event.keys) + "\n")


def noted(text: str) -> None:
    state.setdefault("log", []).append(text)


with url_session(on_persist=written) as session:
    state.setdefault("large", ["x" * 1000] * 100)
    for name in ("inner", "plain", "rounds", "ticks"):
        state.setdefault(name, 0)

    @session.fragment
    def counter() -> None:
        if st.button("Add inside"):
            state.inner += 1
        st.text_input("Inside", key="inside")
        st.write(f"inner is {state.inner}")

    @st.fragment
    def plain() -> None:
        if st.button("Add in plain"):
            state.plain += 1
        st.write(f"plain is {state.plain}")

    @session.fragment
    def rounds() -> None:
        if st.button("Go round"):
            state.rounds += 1
            st.rerun(scope="fragment")
        st.write(f"rounds is {state.rounds}")

    @session.fragment(run_every=0.8)
    def clock() -> None:
        if state.ticks < 3:
            state.ticks += 1
        st.write(f"ticks is {state.ticks}")

    @st.dialog("Ask")
    def ask() -> None:
        answer = st.text_input("Answer")
        if st.button("Done"):
            state.answer = answer
            st.rerun()

    counter()
    plain()
    rounds()
    if st.toggle("Clock", key="clock"):
        clock()
    if st.button("Open dialog"):
        ask()
    st.button("Callback", on_click=noted, args=("clicked",))
    st.selectbox("Pick", ["a", "b"], key="pick", on_change=lambda: noted(f"picked {state.pick}"))
    with st.form("form"):
        st.text_input("In the form", key="in_form")
        st.form_submit_button("Send", on_click=noted, args=("sent",))
    st.button("Full run")
    st.write(f"answer is {state.get('answer')}")
    st.write(f"log is {', '.join(state.get('log', []))}")
