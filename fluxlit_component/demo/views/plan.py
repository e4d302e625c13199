"""Plan: a form. What was submitted is kept, and so is what the fields last said.

Keeps: `plan_*` (the fields) and `plans` (list of {"subject", "zone", "start", "minutes", "agenda"}).
Not kept, and the panel says so: `plan_agenda`, an uploaded file. Browsers do not let a page put a file back.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import streamlit as st

from fluxlit_component.demo import places

state = st.session_state
table = places.load()
plans: list[dict[str, Any]] = state.setdefault("plans", [])
# Not as `value=` of the widgets: Streamlit warns if a widget has both that and a stored value.
state.setdefault("plan_time", time(15))
state.setdefault("plan_minutes", 30)
state.setdefault("plan_zone", next(iter(state.get("collection", {})), "Asia/Tokyo"))


def draw_form() -> None:
    """Draw the form; a submission with a subject becomes a plan."""
    with st.form("plan"):
        subject = st.text_input("Subject", key="plan_subject", placeholder="What is it about?").strip()
        zone = st.selectbox("Place", table.index, format_func=table["label"].get, key="plan_zone")
        left, middle, right = st.columns(3)
        day = left.date_input("Day", key="plan_day")
        at = middle.time_input("Time", key="plan_time")
        minutes = right.number_input("Minutes", 5, 480, step=5, key="plan_minutes")
        agenda = st.file_uploader("Agenda (only its name is kept)", key="plan_agenda")
        submitted = st.form_submit_button("Add to the plan", type="primary", icon=":material/event:")
    if submitted and not subject:
        st.warning("A plan needs a subject.", icon=":material/edit:")
    elif submitted:
        start, name = datetime.combine(day, at), agenda.name if agenda else None
        plans.append({"subject": subject, "zone": zone, "start": start, "minutes": minutes, "agenda": name})


def remove(number: int) -> None:
    """Forget a plan."""
    del state["plans"][number]


def draw_plan(number: int, plan: dict[str, Any]) -> None:
    """Draw one plan."""
    place = table["label"].get(plan["zone"], plan["zone"])
    with st.container(border=True):
        text, action = st.columns([8, 1], vertical_alignment="center")
        text.markdown(f"**{plan['subject']}**  \n{plan['start']:%a %d %b, %H:%M} in {place}")
        text.caption(" · ".join(filter(None, [f"{plan['minutes']} minutes", plan["agenda"]])))
        icon = ":material/delete:"
        action.button("", f"__remove:{number}", "Remove it", remove, [number], type="tertiary", icon=icon)


st.title("Plan")
st.markdown("What you add stays, on whatever page you press F5.")
form, planned = st.columns([3, 2], gap="large")
with form:
    draw_form()
with planned:
    if not plans:
        st.info("Nothing planned yet. The form on the left is ready.", icon=":material/event:")
    for index, entry in sorted(enumerate(plans), key=lambda item: item[1]["start"]):
        draw_plan(index, entry)
