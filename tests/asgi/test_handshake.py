"""The words of the boot script, and what becomes of them."""

from __future__ import annotations

import pytest

from fluxlit_component.asgi.handshake import handshake_of, held, is_ours, understand

A, B, C = "A" * 43, "B" * 43, "C" * 43


def test_nothing_is_there() -> None:
    """A page without a session says so, and that is sure."""
    said = understand(["fluxlit.none"])
    assert said.candidates("fluxlit_sid", shared=True) == []
    assert said.is_sure
    assert said.link is None


def test_ids_in_the_order_in_which_they_are_tried() -> None:
    """The tab's own first; the browser's only for a session of the whole browser."""
    said = understand([f"fluxlit.{A}", f"fluxlit.{B}", f"fluxlit-browser.{C}"])
    assert said.candidates("fluxlit_sid", shared=False) == [A, B]
    assert said.candidates("fluxlit_sid", shared=True) == [A, B, C]


def test_parameters_are_apart() -> None:
    """Two sessions in one app; signs of a name that may not stand in a header are encoded."""
    said = understand([f"fluxlit.{A}", f"fluxlit.{B}.my.sid", f"fluxlit.{C}.%C3%A9%28x%29"])
    assert said.candidates("fluxlit_sid", shared=False) == [A]
    assert said.candidates("my.sid", shared=False) == [B]
    assert said.candidates("é(x)", shared=False) == [C]
    assert said.candidates("other", shared=True) == []


@pytest.mark.parametrize(
    "word", ["fluxlit.", "fluxlit.x", f"fluxlit.{A}A", "fluxlit.<b>", "fluxlit-browser.none"]
)
def test_what_is_not_well_formed_says_nothing(word: str) -> None:
    """Nobody but a forger sends it."""
    assert understand([word]).candidates("fluxlit_sid", shared=True) == []


def test_a_forgers_list_of_ids_is_cut() -> None:
    """Each id costs a question to the store; a page has no more than a few."""
    ids = [f"{number:043}" for number in range(500)]
    said = understand([f"fluxlit.{sid}" for sid in ids])
    assert said.candidates("fluxlit_sid", shared=True) == ids[:6]


def test_a_link() -> None:
    """Its token, or that what stood there was none."""
    assert understand([f"fluxlit-link.{A}"]).link == A
    assert understand(["fluxlit-link.none"]).link == ""


def test_a_page_may_not_be_sure() -> None:
    """An id in the fragment may belong to a session whose parameter the boot script does not know."""
    assert not understand(["fluxlit.ask"]).is_sure


def test_whose_words_they_are() -> None:
    """Streamlit's own pass."""
    assert is_ours("fluxlit.none")
    assert is_ours(f"fluxlit-link.{A}")
    assert not is_ours("streamlit")
    assert not is_ours("PLACEHOLDER_AUTH_TOKEN")
    assert not is_ours("fluxlitfan")


def test_a_ticket_leads_to_it_as_long_as_the_websocket_is_open() -> None:
    """No other one does, and what it leads to shows no id when it is printed."""
    said = understand([f"fluxlit.{A}", f"fluxlit-link.{B}"])
    with held(said) as ticket:
        assert handshake_of(ticket) is said
    assert handshake_of(ticket) is None
    assert A not in repr(said)
    assert B not in repr(said)
    assert handshake_of("forged") is None
    assert handshake_of(None) is None
