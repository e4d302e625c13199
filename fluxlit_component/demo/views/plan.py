"""Plan: a form. What was submitted is kept, and so is what the fields last said.

Keeps: `plan_*` (the fields) and `plans` (list of {"subject", "zone", "start", "minutes", "kind", "agenda",
"added"}).
Not kept, and the panel says so: `plan_agenda`, an uploaded file. Browsers do not let a page put one back.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import streamlit as st

from fluxlit_component.demo import places

KINDS = ("Call", "Video", "In person")

state = st.session_state
now = datetime.now(places.UTC)
here = places.zone_of(st.context.timezone or "UTC")
table = places.load()

state.setdefault("plans", [])
state.setdefault("plan_subject", "")
state.setdefault("plan_day", now.astimezone(here).date() + timedelta(days=1))
state.setdefault("plan_time", time(15))
state.setdefault("plan_minutes", 30)
state.setdefault("plan_kind", KINDS[0])
state.setdefault("plan_zone", next(iter(state.get("collection", {})), "Asia/Tokyo"))


def draw_form() -> None:
    """Draw the form; a valid submission becomes a plan."""
    labels = table["label"].to_dict()
    with st.form("plan"):
        st.text_input("Subject", key="plan_subject", placeholder="What is it about?")
        st.selectbox("With someone in", list(table.index), format_func=labels.__getitem__, key="plan_zone")
        day, at, minutes = st.columns(3)
        day.date_input("Day", key="plan_day")
        at.time_input("Your time", key="plan_time")
        minutes.number_input("Minutes", 5, 480, step=5, key="plan_minutes")
        st.selectbox("Kind", KINDS, key="plan_kind")
        agenda = st.file_uploader("Agenda (only its name is kept)", key="plan_agenda")
        submitted = st.form_submit_button("Add to the plan", type="primary", icon=":material/event:")
    if not submitted:
        return
    if not state["plan_subject"].strip():
        st.warning("A plan needs a subject.", icon=":material/edit:")
        return
    start = datetime.combine(state["plan_day"], state["plan_time"], tzinfo=here)
    state["plans"].append(
        {
            "subject": state["plan_subject"].strip(),
            "zone": state["plan_zone"],
            "start": start.astimezone(places.UTC),
            "minutes": state["plan_minutes"],
            "kind": state["plan_kind"],
            "agenda": agenda.name if agenda else None,
            "added": now,
        }
    )
    st.toast("Added.", icon=":material/event_available:")


def draw_plan(index: int, plan: dict[str, Any]) -> bool:
    """Draw one plan on both clocks; True when it should go."""
    zone = plan["zone"]
    place = table["place"].get(zone, zone)
    mine, theirs = plan["start"].astimezone(here), plan["start"].astimezone(places.zone_of(zone))
    with st.container(border=True):
        text, action = st.columns([8, 1], vertical_alignment="center")
        with text:
            clocks = f"{mine:%a %d %b, %H:%M} for you · {theirs:%a %H:%M} in {place}"
            st.markdown(f"**{plan['subject']}**  \n{clocks}")
            details = [plan["kind"], f"{plan['minutes']} minutes", plan["agenda"]]
            st.caption(" · ".join(detail for detail in details if detail))
            if not 7 <= theirs.hour < 22:  # noqa: PLR2004
                st.badge(f"Night in {place}", icon=":material/dark_mode:", color="orange")
        return action.button(
            "",
            key=f"__remove:{index}",
            icon=":material/delete:",
            type="tertiary",
            help=f"Remove {plan['subject']}",
        )


st.title("Plan")
st.markdown("Find a time that suits both ends. What you add stays, on whatever page you press F5.")
form, plans = st.columns([1, 1], gap="large")
with form:
    draw_form()
    st.caption("A form hands over its fields when you submit it; until then only your browser knows them.")
with plans:
    if not state["plans"]:
        st.info("Nothing planned yet. The form on the left is ready.", icon=":material/event:")
    for number, entry in sorted(enumerate(state["plans"]), key=lambda item: item[1]["start"]):
        if draw_plan(number, entry):
            del state["plans"][number]
            st.rerun()
