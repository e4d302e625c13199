import streamlit as st

from fluxlit_component import Event, append, counter, union, url_session

told: list[str] = st.session_state.setdefault("__told", [])


def note(event: Event) -> None:
    told.append(f"{event.kind}:{'+'.join(event.keys)}")


with url_session(
    merge={"chat": append, "hits": counter, "tags": union, "best": lambda _, theirs, mine: max(theirs, mine)},
    on_conflict=note,
    on_restore=note,
    on_skip=note,
    on_new=note,
) as session:
    state = st.session_state
    state.setdefault("chat", [])
    state.setdefault("hits", 0)
    state.setdefault("tags", set())
    state.setdefault("best", 0)
    state.setdefault("plain", "")
    who = st.query_params.get("who", "?")
    if st.button("Say"):
        state.chat.append(f"{who}{len(state.chat)}")
    if st.button("Hit"):
        state.hits += 1
    if st.button("Tag"):
        state.tags.add(who)
    if st.button("Score"):
        state.best = {"a": 5, "b": 3}[who]
    if st.button("Plain"):
        state.plain += who
    if st.button("Unstorable"):
        state.client = object()
    st.write(f"chat {' '.join(state.chat) or 'none'}")
    st.write(f"hits {state.hits}")
    st.write(f"tags {' '.join(sorted(state.tags)) or 'none'}")
    st.write(f"best {state.best}")
    st.write(f"plain {state.plain or 'none'}")
    st.write(f"told {' '.join(told) or 'nothing'}")
