"""Plan: a form. What was submitted is kept, and so is what the fields last said.

Keeps: `plan_*` (the fields) and `plans` (list of {"subject", "place", "start", "minutes"}).
Not kept, and the panel says so: `plan_agenda`, an uploaded file. Browsers do not let a page put a file back.
"""

from datetime import datetime, time
from typing import Any

import streamlit as st

from fluxlit_component.demo import places

state = st.session_state
labels = places.load()["label"]
plans: list[dict[str, Any]] = state.setdefault("plans", [])
# Not as `value=` of the widgets: Streamlit warns if a widget has both that and a stored value.
state.setdefault("plan_time", time(15))
state.setdefault("plan_minutes", 30)
state.setdefault("plan_zone", next(iter(state.get("collection", {})), "Asia/Tokyo"))

st.title("Plan")
st.markdown("What you add stays, on whatever page you press F5.")
left, right = st.columns([3, 2], gap="large")
with left.form("plan"):
    subject = st.text_input("Subject", key="plan_subject", placeholder="What is it about?").strip()
    zone = st.selectbox("Place", labels.index, format_func=labels.get, key="plan_zone")
    first, second, third = st.columns(3)
    day = first.date_input("Day", key="plan_day")
    at = second.time_input("Time", key="plan_time")
    minutes = third.number_input("Minutes", 5, 480, step=5, key="plan_minutes")
    st.file_uploader("Agenda (not kept: see what the panel says)", key="plan_agenda")
    submitted = st.form_submit_button("Add to the plan", type="primary", icon=":material/event:")
    if submitted and not subject:
        st.warning("A plan needs a subject.", icon=":material/edit:")
    elif submitted:
        start = datetime.combine(day, at)
        plans.append({"subject": subject, "place": labels[zone], "start": start, "minutes": minutes})
if not plans:
    right.info("Nothing planned yet. The form on the left is ready.", icon=":material/event:")
for plan in sorted(plans, key=lambda plan: plan["start"]):
    with right.container(border=True):
        st.markdown(f"**{plan['subject']}**  \n{plan['start']:%a %d %b, %H:%M} in {plan['place']}")
        st.caption(f"{plan['minutes']} minutes")
