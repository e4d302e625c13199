"""Ask: a stand-in for a language model types an answer from the places' data. Press F5 while it does.

Keeps: `asked` (list of {"role": "user" | "assistant", "text": str}). The answer that is being typed is a
stream of the session: it goes on while you are on another page, and comes into `asked` when it has ended.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import streamlit as st

from fluxlit_component import UrlSession
from fluxlit_component.demo import places

AVATARS = {"user": ":material/person:", "assistant": ":material/auto_awesome:"}
EXAMPLES = ("Tell me about Tokyo and Lima", "Where is it night in Africa?", "What time is it in Auckland?")
SECONDS_A_WORD = 0.06


def answer(question: str, now: datetime) -> Iterator[str]:
    """Type what the table knows of the places, countries and regions that the question names."""
    for word in re.split(r"(?<=\s)", "\n\n".join(paragraphs(question, now))):
        yield word
        time.sleep(SECONDS_A_WORD)


def paragraphs(question: str, now: datetime) -> Iterator[str]:
    """One paragraph for each of the first eight places that the question means."""
    words, table = question.casefold(), places.load()
    for column in ("place", "country", "region"):
        names = table[column].unique()
        named = [name for name in names if re.search(rf"\b{re.escape(name.casefold())}\b", words)]
        if named:
            break
    else:
        yield "I know 418 places, their countries and their clocks. Name one, and I tell you all of it."
        return
    found = places.with_clocks(table[table[column].isin(named)], now)
    if "night" in words:
        found = found[~found["hour"].isin(places.DAY)]
    yield f"**{len(found)} of my places** are meant, as far as I understand."
    for row in found.head(8).itertuples():
        side = "north" if row.latitude > 0 else "south"
        yield (
            f"**{row.place}** lies in {row.country}, {abs(row.latitude):.1f} degrees {side} of the equator. "
            f"It is {row.local} there ({row.utc}), and the sun is up for {row.daylight} hours."
        )
    yield "Ask me about another one, or press F5 while I answer: I shall not lose a word."


def draw(session: UrlSession[Any]) -> None:
    """Draw the conversation, and the answer that is being typed."""
    state = st.session_state
    asked: list[dict[str, str]] = state.setdefault("asked", [])
    st.title("Ask")
    st.markdown(
        "A model made of tables answers, word by word. **Press F5 in the middle**, or change the page."
    )
    question = st.chat_input("Ask about a place, a country, a region", key="ask_question")
    if not asked:
        question = st.pills("Try", EXAMPLES, key="__ask_example", label_visibility="collapsed") or question
    running = session.stream("answer")
    if question and running is None:
        asked.append({"role": "user", "text": question})
        running = session.stream("answer", answer, question, datetime.now(places.UTC))
    for message in asked:
        with st.chat_message(message["role"], avatar=AVATARS[message["role"]]):
            st.markdown(message["text"])
    if running is None:
        return
    with st.chat_message("assistant", avatar=AVATARS["assistant"]):
        if running.is_running and st.button("Stop", icon=":material/stop_circle:", type="tertiary"):
            running.stop()
        st.write_stream(running)
    if (text := running.take()) is not None:
        asked.append({"role": "assistant", "text": str(text)})
        st.rerun()
