"""Ask: a stand-in for a language model types an answer from the places' data. Press F5 while it does.

Keeps: `asked` (list of {"role": "user" | "assistant", "text": str}). The answer that is being typed is a
stream of the session: it goes on while you are on another page, and comes into `asked` when it has ended.
"""

import re
import time
from collections.abc import Iterator
from typing import Any

import streamlit as st

from fluxlit_component import UrlSession
from fluxlit_component.demo import places

AVATARS = {"user": ":material/person:", "assistant": ":material/auto_awesome:"}
EXAMPLES = ("Tell me about Tokyo and Lima", "What do you know of Kenya?", "Where in Africa can I go?")


def answer(question: str) -> Iterator[str]:
    """Type what the table knows of the places, countries or regions that the question names."""
    for word in re.split(r"(?<=\s)", "\n\n".join(sentences(question))):
        yield word
        time.sleep(0.1)


def sentences(question: str) -> Iterator[str]:
    """One sentence for each of the first eight places that the question means."""

    def is_named(name: str) -> bool:
        return re.search(rf"\b{re.escape(name)}\b", question, re.IGNORECASE) is not None

    table = places.load()
    looked_up = (table[table[column].map(is_named)] for column in ("Place", "Country", "Region"))
    if (found := next((rows for rows in looked_up if len(rows)), None)) is None:
        yield "I know 418 places and the countries they lie in. Name one, and I tell you where it is."
        return
    yield f"You mean **{len(found)} of my places**, as far as I understand."
    for row in found.head(8).itertuples():
        yield f"**{row.Place}** lies in {row.Country} at {row.Coordinates}, in my list under {row.Region}."
    yield "Ask me about another one, or press F5 while I answer: I shall not lose a word."


def draw(session: UrlSession[Any]) -> None:
    """Draw the conversation, and the answer that is being typed."""
    asked: list[dict[str, str]] = st.session_state.setdefault("asked", [])
    st.title("Ask")
    st.markdown("A model made of tables types its answer. **Press F5 in the middle**, or change the page.")
    question = st.chat_input("Ask about a place, a country, a region", key="ask_question")
    if not asked:
        question = st.pills("Try", EXAMPLES, key="__ask_example", label_visibility="collapsed") or question
    running = session.stream("answer")
    if question and running is None:
        asked.append({"role": "user", "text": question})
        running = session.stream("answer", answer, question)
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
