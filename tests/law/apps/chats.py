"""Chats: messages in the state, answers made up on the spot."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from fluxlit_component import register, url_session
from tests.law.collection import Collection

COLLECTION = Collection()
app = COLLECTION.app


@app()
def empty_means_first() -> None:
    """An empty state is taken for the first run."""
    with url_session():
        if len(st.session_state) == 0:
            st.session_state["messages"] = []
            st.session_state["topic"] = "general"
        st.write(f"topic is {st.session_state['topic']}")
        if text := st.chat_input("Say something"):
            st.session_state["messages"].append(text)
        for line in st.session_state["messages"]:
            st.write(line)


@app()
def assistant() -> None:
    """The usual chat: roles, a model in the sidebar, a button that clears the history."""
    with url_session():
        with st.sidebar:
            model = st.selectbox("Model", ["small", "large"], key="model")
            warmth = st.slider("Temperature", 0.0, 1.0, 0.5, key="temperature")
            if st.button("Clear history"):
                st.session_state.messages = [{"role": "assistant", "content": "How may I help?"}]
        if "messages" not in st.session_state:
            st.session_state.messages = [{"role": "assistant", "content": "How may I help?"}]
        for message in st.session_state.messages:
            with st.chat_message(message["role"]):
                st.markdown(message["content"])
        if prompt := st.chat_input("Your message"):
            st.session_state.messages.append({"role": "user", "content": prompt})
            with st.chat_message("user"):
                st.markdown(prompt)
            reply = f"{model} at {warmth} says: {prompt[::-1]}"
            with st.chat_message("assistant"):
                st.write_stream(word + " " for word in reply.split())
            st.session_state.messages.append({"role": "assistant", "content": reply})


class Bot:
    """A client of some service: it cannot be written down."""

    def __init__(self) -> None:
        self.answers = (str(number) for number in range(1000))

    def ask(self, text: str) -> str:
        """Answer."""
        return f"you said {text}"


@app(needs_live_values=True)
def chat_with_client() -> None:
    """An init guard makes a client, which comes back by reference, and a list, which is stored."""
    with url_session():
        if "bot" not in st.session_state:
            st.session_state.bot = Bot()
        if "history" not in st.session_state:
            st.session_state.history = []
        if text := st.chat_input("Ask"):
            st.session_state.history.append((text, st.session_state.bot.ask(text)))
        for question, answer in st.session_state.history:
            st.chat_message("user").write(question)
            st.chat_message("assistant").write(answer)
        with st.expander("Feedback"):
            st.text_area("What was good?", key="good")


@app()
def several_chats() -> None:
    """Conversations by name in a dict, one of them chosen."""
    with url_session():
        chats = st.session_state.setdefault("chats", {"First": []})
        with st.sidebar:
            if st.button("New chat"):
                chats[f"Chat {len(chats) + 1}"] = []
                st.session_state.chosen = f"Chat {len(chats)}"
            st.radio("Chats", list(chats), key="chosen")
            if len(chats) > 1 and st.button("Delete this chat"):
                del chats[st.session_state.chosen]
                del st.session_state.chosen
                st.rerun()
        name = st.session_state.chosen
        for line in chats[name]:
            st.chat_message("user").write(line)
        if line := st.chat_input("Write", key="line"):
            chats[name].append(line)
            st.rerun()


@app()
def open_chat() -> None:
    """The open conversation is held under a key of its own, and is one of those in the list."""
    with url_session():
        if "chats" not in st.session_state:
            st.session_state.chats = [{"title": "First", "lines": []}]
            st.session_state.open = st.session_state.chats[0]
        if st.button("New chat"):
            st.session_state.open = {"title": f"Chat {len(st.session_state.chats) + 1}", "lines": []}
            st.session_state.chats.append(st.session_state.open)
        for number, chat in enumerate(st.session_state.chats):
            if st.button(f"{chat['title']} ({len(chat['lines'])})", key=f"open_{number}"):
                st.session_state.open = chat
        if line := st.chat_input("Write", key="line"):
            st.session_state.open["lines"].append(line)
        st.write(st.session_state.open["title"], st.session_state.open["lines"])


@register(name="law.turn")
@dataclass
class Turn:
    """One turn of a game."""

    guess: int
    verdict: str = field(default="")


@app()
def guessing_game() -> None:
    """A game with objects of its own in the state."""
    with url_session():
        if "secret" not in st.session_state:
            st.session_state.secret = 42
            st.session_state.turns = []
        with st.form("turn"):
            guess = st.number_input("Guess", 0, 100, 50, key="guess")
            sent = st.form_submit_button("Guess")
        if sent:
            secret = st.session_state.secret
            verdict = "right" if guess == secret else "low" if guess < secret else "high"
            st.session_state.turns.append(Turn(int(guess), verdict))
        for turn in st.session_state.turns:
            st.write(f"{turn.guess} is {turn.verdict}")
        if st.button("New game", type="primary"):
            del st.session_state["secret"]
            st.rerun()
