"""The way a script runs: stops, reruns, failures, placeholders, status."""

from __future__ import annotations

import streamlit as st

from fluxlit_component import url_session
from tests.law.collection import Collection

COLLECTION = Collection()
app = COLLECTION.app


@app()
def stop_in_the_middle() -> None:
    """The rest of the page is only drawn once a name is there."""
    with url_session():
        st.text_input("Your name", key="your_name")
        if not st.session_state.your_name:
            st.warning("Name, please")
            st.stop()
        st.session_state.greeted = st.session_state.get("greeted", 0) + 1
        st.number_input("Guests", 0, 9, key="guests")
        st.write(f"{st.session_state.your_name} and {st.session_state.guests}")


@app()
def begun_anew() -> None:
    """A flag makes the top of the next run delete what fields hold."""
    with url_session():
        ss = st.session_state
        if ss.pop("anew", False):
            for key in {"letter", "place"} & {*ss}:
                del ss[key]
        st.selectbox("Letter", ["a", "b", "c"], key="letter")
        st.text_input("Place", "Oslo", key="place")
        if st.button("Late"):
            st.stop()
        if st.button("Anew"):
            ss.anew = True
        st.write(f"{ss.letter} in {ss.place}")


@app()
def many_reruns() -> None:
    """One click sets off several runs, each doing a part."""
    with url_session():
        ss = st.session_state
        ss.setdefault("stage", 0)
        ss.setdefault("done", [])
        st.toggle("Careful", key="careful")
        if st.button("Go"):
            ss.stage = 1
            st.rerun()
        if 0 < ss.stage < 3:
            ss.done.append(f"part {ss.stage}")
            ss.stage += 1
            st.rerun()
        st.slider("Speed", 1, 3, key="speed")
        if st.button("Clear parts"):
            ss.done = []
            ss.stage = 0
            st.rerun()
        st.write(ss.done, ss.stage)


@app()
def reruns_above_fields() -> None:
    """Buttons above fields end their run at once; one hides a field, one gives a field another label."""
    with url_session():
        ss = st.session_state
        ss.setdefault("at", 0)
        if st.button("Next"):
            ss.at += 1
            st.rerun()
        if st.button("Hide"):
            ss.hidden = not ss.get("hidden", False)
            st.rerun()
        if ss.pop("fill", False):
            ss.nick = "by the app"
        if not ss.get("hidden"):
            if st.button("Fill"):
                ss.fill = True
                st.rerun()
            st.text_input("Nick", key="nick")
        st.slider("Age", 0, 9, key="age")
        st.selectbox(f"Place {ss.at % 2}", ["a", "b", "c"], key=f"seat{ss.at // 4}")
        if ss.at % 4 == 3:
            ss.at += 1
            st.rerun()
        st.toggle("Ready", key="ready")
        st.write(ss.at, ss.get("nick"), ss.age, ss.ready)
    st.number_input("Below the block", 0, 9, key="below")


@app()
def reruns_without_block() -> None:
    """The same for an app that calls `url_session()` and no more."""
    url_session()
    ss = st.session_state
    for button in ("Once", "Again"):
        if st.button(button) or ss.pop("again", False):
            ss.rounds = ss.get("rounds", 0) + 1
            ss.again = button == "Again" and ss.rounds % 3 > 0
            st.rerun()
    st.text_input("Town", key="town")
    st.checkbox("Capital", key="capital")
    st.write(ss.get("rounds"), ss.town, ss.capital)


@app()
def failing_app() -> None:
    """The script fails after a choice, until another choice is made."""
    with url_session():
        st.session_state.runs_seen = min(st.session_state.get("runs_seen", 0) + 1, 3)
        choice = st.selectbox("What", ["fine", "divide", "key"], key="what")
        st.text_input("Before the failure", key="before_failure")
        if choice == "divide":
            st.write(1 / 0)
        if choice == "key":
            st.write(st.session_state["not there"])
        st.checkbox("After the failure", key="after_failure")


@app()
def placeholders() -> None:
    """Placeholders that are filled later, a container above what fills it, a status and a spinner."""
    with url_session():
        top = st.empty()
        box = st.container(border=True)
        if st.button("Work"):
            with st.status("Working", expanded=True) as status:
                st.write("first half")
                st.session_state.worked = st.session_state.get("worked", 0) + 1
                status.update(label="Worked", state="complete")
            with st.spinner("Hold on"):
                st.session_state.last = f"job {st.session_state.worked}"
        with box:
            st.text_input("In the box", key="boxed")
        top.info(f"{st.session_state.get('worked', 0)} jobs, {st.session_state.get('last', 'none')}")
        hint = st.empty()
        if st.session_state.boxed:
            hint.text(st.session_state.boxed)
        else:
            with hint.container():
                st.checkbox("Hints", key="hints")


@app()
def toasts_and_progress() -> None:
    """A job in steps over several runs, messages that are shown once."""
    with url_session():
        if message := st.session_state.pop("flash", None):
            st.toast(message)
            st.success(message)
        job = st.session_state.setdefault("job", {"at": 0, "of": 3})
        st.progress(job["at"] / job["of"])
        if st.button("Step", disabled=job["at"] == job["of"]):
            job["at"] += 1
            st.session_state.flash = f"step {job['at']}"
            st.rerun()
        if st.button("Again", disabled=job["at"] < job["of"]):
            st.session_state.job = {"at": 0, "of": 3}
            st.rerun()
        st.text_input("Comment", key="comment")


@app()
def early_return() -> None:
    """A main function with returns on the way, as scripts with `main()` have."""

    def main() -> None:
        kind = st.radio("Report", ["none", "short", "long"], key="report")
        if kind == "none":
            return
        st.text_input("Heading", key="heading")
        if kind == "short":
            return
        st.text_area("Body", key="body")
        st.session_state.longest = max(len(st.session_state.body), st.session_state.get("longest", 0))

    with url_session():
        main()
        st.caption(f"longest {st.session_state.get('longest', 0)}")
