"""Offer and answer, by the examples that the browser's tests read too."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from fluxlit_component.bridge.protocol import PROTOCOL, Answer, Offer, parse_answer

EXAMPLES = json.loads(
    (Path(__file__).parents[2] / "frontend" / "protocol" / "examples.json").read_text(encoding="utf-8")
)
VALID_OFFERS = [example for example in EXAMPLES["offers"] if example["valid"]]
FIELDS = {
    "param": "param",
    "refused": "refused",
    "drafts": "drafts",
    "sid": "sid",
    "held": "held",
    "confirm": "confirm",
    "addressBar": "address_bar",
    "scope": "scope",
    "notice": "notice",
    "patient": "patient",
    "unique": "unique",
    "storing": "storing",
    "scroll": "scroll",
    "afresh": "afresh",
    "guard": "guard",
    "owner": "owner",
    "stored": "stored",
}
SID = "A" * 43


def name(example: dict[str, Any]) -> str:
    """What the example shows."""
    return str(example["name"])


def test_the_examples_are_of_this_protocol() -> None:
    """A change of meaning is a new number, in both languages at once."""
    assert EXAMPLES["protocol"] == PROTOCOL


@pytest.mark.parametrize("example", VALID_OFFERS, ids=name)
def test_an_offer_is_sent_as_the_example_says(example: dict[str, Any]) -> None:
    """Field by field; fields of a later server do not count."""
    message = example["json"]
    given = {ours: message[theirs] for theirs, ours in FIELDS.items()}
    offer = Offer(**{name: tuple(it) if isinstance(it, list) else it for name, it in given.items()})
    sent = offer.as_json()
    assert sent == {key: message[key] for key in sent}
    assert sent.keys() == {"protocol", *FIELDS}


def test_an_offer_is_plain_json() -> None:
    """It reaches the browser as it is."""
    sent = Offer("fluxlit_sid", SID, refused=("B" * 43,)).as_json()
    assert json.loads(json.dumps(sent)) == sent


@pytest.mark.parametrize("example", EXAMPLES["answers"], ids=name)
def test_an_answer_is_believed_as_the_example_says(example: dict[str, Any]) -> None:
    """The id of a valid answer, nothing of any other."""
    answer, message = parse_answer(example["json"]), example["json"]
    assert (answer is not None) == example["valid"]
    if answer is not None:
        assert (answer.sid, answer.is_copy) == (message["sid"], message.get("copy", False))
        assert answer.link == message.get("link")
        assert answer.is_from_link == (message["source"] == "fragment")


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({"protocol": 1, "sid": SID.encode()}, id="bytes"),
        pytest.param({"protocol": "1", "sid": SID}, id="protocol as text"),
        pytest.param({"sid": SID}, id="no protocol"),
        pytest.param([{"protocol": 1, "sid": SID}], id="list"),
        pytest.param(SID, id="text"),
        pytest.param(json.dumps({"protocol": 1, "sid": SID}), id="JSON as text"),
        pytest.param({"protocol": 1, "sid": {"toString": SID}}, id="nested"),
        pytest.param({"protocol": 1, "sid": "A" * 6000}, id="6 kB"),
        pytest.param({"protocol": 1, "sid": "A" * 42 + "\0"}, id="NUL"),
        pytest.param({}, id="empty"),
    ],
)
def test_what_a_hostile_browser_sends_is_no_answer(message: object) -> None:
    """Never an exception, never an id."""
    assert parse_answer(message) is None


def test_any_mapping_is_read() -> None:
    """Streamlit hands over dicts of its own."""
    answer = parse_answer(MappingProxyType({"protocol": 1, "sid": SID, "source": "storage"}))
    assert answer == Answer(SID)


@pytest.mark.parametrize(
    ("link", "read"),
    [("", ""), ("x", ""), ("L" * 43, "L" * 43), ("L" * 6000, ""), (["L" * 43], ""), (None, None), (7, "")],
)
def test_a_link_is_a_token_or_no_token(link: object, read: str | None) -> None:
    """What is not shaped like a token is told from no link at all, and never reaches the store."""
    answer = parse_answer({"protocol": 1, "sid": SID, "source": "offer", "link": link})
    assert answer is not None
    assert answer.link == read


def test_an_answer_does_not_show_its_secrets() -> None:
    """Neither the id nor the token."""
    shown = repr(Answer(SID, link="L" * 43))
    assert SID not in shown
    assert "L" * 43 not in shown


def test_an_offer_does_not_show_its_ids() -> None:
    """Neither the one that is offered nor those that were refused, in `repr` and `str`."""
    offer = Offer("fluxlit_sid", SID, refused=("B" * 43,))
    for shown in (repr(offer), str(offer), f"{offer}", repr([offer])):
        assert SID not in shown
        assert "B" * 43 not in shown
        assert "fluxlit_sid" in shown
