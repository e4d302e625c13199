# A chat with a stand-in model, a training job, a report of several steps; and what a visitor does meanwhile.
import os
import time

import streamlit as st

from fluxlit_component import append, progress, url_session

CHAT = {"on_duplicate": os.environ.get("DUPLICATE", "share"), "merge": {"messages": append}}


@st.cache_resource
def asked() -> list[str]:
    return []


def ask_model(question: str) -> "list[str]":
    words, pace = question.split()
    asked().append(question)
    for number in range(int(words)):
        yield f"{number} "
        time.sleep(float(pace))


def train(epochs: int) -> dict[str, int]:
    for epoch in range(epochs):
        progress(epoch / epochs, f"epoch {epoch}")
        time.sleep(0.3)
    return {"epochs": epochs}


def write_report(chapters: int) -> "list[object]":
    for chapter in range(chapters):
        progress(chapter / chapters, f"chapter {chapter}")
        yield f"### Chapter {chapter}\n\n"
        time.sleep(0.3)
        yield {"chapter": chapter}


def chat() -> None:
    messages = st.session_state.setdefault("messages", [])
    if question := st.chat_input("Ask"):
        messages.append(question)
        session.stream("answer", ask_model, question)
    st.text(f"asked {len(asked())}")
    st.button("Something else")
    for message in messages:
        st.text(f"said: {message}")
    if answer := session.stream("answer"):
        if st.button("Enough"):
            answer.stop()
        with st.container(key="answer"):
            st.write_stream(answer)
        st.text(f"state: {answer.state}")
        if (text := answer.take()) is not None:
            messages.append(text)
            st.rerun()


def aside() -> None:
    st.text("another page")


def beside() -> None:
    if st.button("Begin"):
        session.stream("followed", ask_model, "60 0.05")
    if followed := session.stream("followed"):
        with st.container(key="answer"):
            session.follow(followed)
        st.text(f"state: {followed.state}")
    st.session_state.setdefault("clicks", 0)
    if st.button("Count"):
        st.session_state.clicks += 1
    st.text(f"clicks: {st.session_state.clicks}")


def work() -> None:
    if st.button("Train"):
        session.job("train", train, 40)
    if st.button("Write"):
        session.stream("report", write_report, 6)
    if job := session.job("train"):
        session.follow(job)
        st.text(f"job: {job.state} {job.result}")
    if report := session.stream("report"):
        session.follow(report)
        st.text(f"report: {report.state} {len(report.chunks)}")


with url_session(**CHAT) as session:
    pages = [
        st.Page(chat, title="Chat", default=True),
        *(st.Page(page, title=page.__name__.title()) for page in (aside, beside, work)),
    ]
    st.navigation(pages).run()
st.caption(os.environ.get("REPLICA", ""))
