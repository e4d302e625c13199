"""Text that was typed and not sent is there after F5, and the app has learnt nothing of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Locator, expect

from e2e.acts import press
from e2e.carrier import PAGE_LOAD, RELEASE
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
NOTHING = "got name='', area='', num=0.0, secret='', code='', form_name='', form_area='', form_num=0.0"
FAMILY = "été 東京 👩‍👩‍👧"
_HAS_IGNORE = (1, 66)
_SHUT_POPOVERS_ARE_THERE = (1, 40)
"""The field of a shut popover is on the page, and is made anew when it opens: docs/limits.md."""


@pytest.fixture
def url(serve: Serve) -> str:
    """The app, with drafts as they are by default."""
    return serve("drafts.py").url


def field(tab: ContinuityPage, label: str) -> Locator:
    """The field of this label; the chat input has none."""
    if label == "chat":
        return tab.page.get_by_test_id("stChatInput").locator("textarea")
    return tab.page.get_by_label(label, exact=True)


UNSEEN_RUNS = """
const observe = MutationObserver.prototype.observe
MutationObserver.prototype.observe = function (node, options) {
  if (!options?.attributeFilter?.includes("data-test-script-state")) observe.call(this, node, options)
}
"""


def accept_dialogs(tab: ContinuityPage) -> list[str]:
    """Accept what the browser asks from now on; what kind each of it is."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    tab.page.on("dialog", answer)
    return asked


def follow(tab: ContinuityPage, name: str) -> None:
    """Go to another page by the menu."""
    tab.page.get_by_role("link", name=name, exact=True).click()
    tab.rest()


def rest(tab: ContinuityPage) -> None:
    """Wait until a draft that comes too late, or is undone by a value of the app, would have shown."""
    tab.rest(quiet=2.5)


def kept(tab: ContinuityPage, url: str) -> str:
    """Leave the app for a page of the same origin without it, and see what the browser holds."""
    tab.page.goto(f"{url}/_stcore/health")
    return str(tab.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])"))


@pytest.mark.transport
@pytest.mark.few
def test_typed_text_is_there_after_f5(tab: ContinuityPage, url: str) -> None:
    """Each kind of field: the app has not got it, nothing has the focus, no run more; Enter sends it."""
    tab.open(url)
    for label, text, got, after in (
        ("Name", FAMILY, f"name={FAMILY!r}", FAMILY),
        ("Area", f"{FAMILY}\nand more", f"area={FAMILY + chr(10) + 'and more'!r}", f"{FAMILY}\nand more"),
        ("Number", "42", "num=42.0", "42.00"),
        ("In sidebar", FAMILY, "got", FAMILY),
        ("chat", FAMILY, f"said [{FAMILY!r}]", ""),
    ):
        where = field(tab, label)
        before = tab.page.get_by_text("got name=").inner_text()
        where.fill(text)
        tab.reload()
        expect(where).to_have_value(text)
        assert tab.runs == PAGE_LOAD
        assert tab.page.evaluate("document.activeElement === document.body")
        expect(tab.page.get_by_text(before, exact=True)).to_be_visible()
        where.press("Control+Enter" if label == "Area" else "Enter")
        tab.rest()
        expect(tab.page.get_by_text(got).first).to_be_visible()
        tab.reload()
        expect(where).to_have_value(after)
    assert "drafts" not in kept(tab, url)


@pytest.mark.transport
@pytest.mark.few
def test_a_form_and_its_neighbours(tab: ContinuityPage, url: str) -> None:
    """Several on one page, over F5 twice; the button of the form sends what was typed back."""
    typed = {"Form name": FAMILY, "Form area": "two\nlines", "Form number": "7", "chat": "well"}
    tab.open(url)
    for label, text in typed.items():
        field(tab, label).fill(text)
    for _ in range(2):
        tab.reload()
        for label, text in typed.items():
            expect(field(tab, label)).to_have_value(re.compile(f"{text}(.00)?"))
        expect(tab.page.get_by_text(NOTHING, exact=True)).to_be_visible()
    press(tab, "Send form")
    expect(
        tab.page.get_by_text(f"form_name={FAMILY!r}, form_area='two\\nlines', form_num=7.0")
    ).to_be_visible()
    expect(tab.page.get_by_text("sent 1, said []")).to_be_visible()
    tab.reload()
    expect(field(tab, "chat")).to_have_value("well")
    assert "two" not in kept(tab, url)


@pytest.mark.parametrize("env", [{}, {"NO_ENTER": "1"}, {"NO_BUTTON": "1"}])
def test_enter_in_a_form(tab: ContinuityPage, serve: Serve, env: dict[str, str]) -> None:
    """What it sends is no draft any more. Where it sends nothing, the text is still one after other runs."""
    url = serve("drafts.py", **env).url
    tab.open(url)
    keys = {"Form name": "Enter"}
    if env:  # Streamlit 1.40 sends the form, but without the text of the area
        keys["Form area"] = "Control+Enter"
    for label, key in keys.items():
        field(tab, label).fill(f"text of {label}")
        field(tab, label).press(key)
        tab.rest()
    press(tab, "Again")
    expect(tab.page.get_by_text("sent 0" if env else "sent 1")).to_be_visible()
    tab.reload()
    for label in keys:
        expect(field(tab, label)).to_have_value(f"text of {label}")
    rest(tab)
    assert ("text of" in kept(tab, url)) == bool(env)


@pytest.mark.transport
def test_fields_that_are_out_of_sight(tab: ContinuityPage, url: str) -> None:
    """In a popover, an expander, behind a tab, in a dialog: the text waits until its field is there again."""
    tab.open(url)
    for opener, label in (
        (lambda: tab.page.get_by_text("Expander", exact=True).click(), "In expander"),
        (lambda: tab.page.get_by_role("tab", name="Second").click(), "In tab"),
        (lambda: tab.page.get_by_role("button", name="Popover").click(), "In popover"),
        (lambda: press(tab, "Open dialog"), "In dialog"),
        (lambda: press(tab, "Open dialog"), "In dialog form"),
    ):
        if label == "In popover" and RELEASE <= _SHUT_POPOVERS_ARE_THERE:
            continue
        opener()
        field(tab, label).fill("half a thou")
        tab.reload()
        opener()
        expect(field(tab, label)).to_have_value("half a thou")
        field(tab, label).fill("")
        field(tab, label).press("Enter")
        tab.rest()
        tab.page.keyboard.press("Escape")


def test_on_another_page_it_waits(tab: ContinuityPage, url: str) -> None:
    """Until its page is shown, over F5, and not over a value that the app has set meanwhile; for a day."""
    tab.open(url)
    field(tab, "Name").fill("half")
    tab.open(f"{url}/other")
    tab.reload()
    rest(tab)
    expect(field(tab, "Name")).to_have_value("")
    follow(tab, "Home")
    expect(field(tab, "Name")).to_have_value("half")
    tab.open(f"{url}/other")
    press(tab, "Bob")
    expect(tab.page.get_by_text("renamed")).to_be_visible()
    follow(tab, "Home")
    rest(tab)
    expect(field(tab, "Name")).to_have_value("Bob")
    tab.reload()
    rest(tab)
    expect(field(tab, "Name")).to_have_value("Bob")
    field(tab, "Area").fill("of yesterday")
    assert "of yesterday" in kept(tab, url)
    tab.page.evaluate(
        """() => {
          const kept = JSON.parse(sessionStorage["fluxlit::drafts"]);
          for (const draft of kept.drafts) draft.at -= 24 * 3600 * 1000;
          sessionStorage["fluxlit::drafts"] = JSON.stringify(kept);
        }"""
    )
    tab.open(url)
    rest(tab)
    expect(field(tab, "Area")).to_have_value("")
    assert "of yesterday" not in kept(tab, url)


def test_a_page_that_was_left_by_its_menu_begins_anew(tab: ContinuityPage, url: str) -> None:
    """As without the session, and after F5 there as after R: this is no draft but a field that is gone."""
    tab.open(url)
    field(tab, "Form name").fill("left behind")
    follow(tab, "Other")
    tab.reload()
    follow(tab, "Home")
    rest(tab)
    expect(field(tab, "Form name")).to_have_value("")


@pytest.mark.transport
def test_passwords_and_codes_are_not_kept(tab: ContinuityPage, url: str) -> None:
    """Not even a password that is shown at the moment."""
    tab.open(url)
    for label in ("Secret", "Code"):
        if label == "Secret":
            tab.page.get_by_role("button", name=re.compile("Show password")).click()
            expect(field(tab, label)).to_have_attribute("type", "text")
        field(tab, label).fill("hush-hush")
        assert "hush" not in kept(tab, url)
        tab.open(url)
        rest(tab)
        expect(field(tab, label)).to_have_value("")


def test_max_chars_is_the_fields_own(tab: ContinuityPage, url: str) -> None:
    """All of it where it fits; of a field that takes less by now as much as it takes."""
    tab.open(url)
    field(tab, "Short").fill("ten chars!")
    tab.open(f"{url}/other?most=3")
    tab.open(url)
    expect(field(tab, "Short")).to_have_value("ten")
    tab.open(f"{url}/other?most=5000")
    tab.open(url)
    expect(field(tab, "Short")).to_have_value("ten")  # the bridge is there, which may come late
    field(tab, "Short").fill("x" * 4_999)
    tab.reload()
    expect(field(tab, "Short")).to_have_value("x" * 4_999)


def test_half_a_composition(tab: ContinuityPage, url: str) -> None:
    """An input method has composed a word that is not confirmed yet: it is text like any other."""
    tab.open(url)
    field(tab, "Name").focus()
    keyboard = tab.page.context.new_cdp_session(tab.page)
    keyboard.send("Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3})
    expect(field(tab, "Name")).to_have_value("にほん")
    tab.reload()
    expect(field(tab, "Name")).to_have_value("にほん")
    rest(tab)
    expect(field(tab, "Name")).to_have_value("にほん")


@pytest.mark.parametrize(
    ("env", "text"),
    [({"DRAFTS": "false"}, ""), ({"DRAFTS": '["*_name", "[x]hat"]'}, "half"), ({"NO_CONSENT": "1"}, "")],
)
def test_what_the_app_wants_kept(tab: ContinuityPage, serve: Serve, env: dict[str, str], text: str) -> None:
    """`drafts=False`: none; patterns: those of such keys; without consent: none."""
    url = serve("drafts.py", **env).url
    tab.open(url)
    for label in ("Form name", "chat"):
        field(tab, label).fill("half")
    there = kept(tab, url)
    tab.open(url)
    rest(tab)
    expect(field(tab, "Form name")).to_have_value(text)
    expect(field(tab, "chat")).to_have_value("")
    assert ("half" in there) == bool(text)


def test_drafts_end_with_their_session(tab: ContinuityPage, url: str) -> None:
    """They go on under the id of a rotation, and not in the session after this one."""
    tab.open(url)
    press(tab, "Send form")  # so that there is something to go on with
    field(tab, "Form name").fill("half")
    press(tab, "Rotate")
    tab.reload()
    expect(field(tab, "Form name")).to_have_value("half")
    press(tab, "Destroy")
    press(tab, "Again")
    tab.reload()
    rest(tab)
    expect(field(tab, "Form name")).to_have_value("")


def test_the_browser_asks_before_it_leaves(tab: ContinuityPage, url: str) -> None:
    """Only if the app wants it, and only while something is unsent, in a field without a key too."""
    asked = accept_dialogs(tab)
    tab.open(url)
    field(tab, "Keyless").fill("half")
    tab.reload()
    assert asked == []
    tab.page.get_by_text("Guard").click()
    tab.rest()
    tab.reload()
    assert asked == []
    for label in ("Keyless", "Form area"):
        field(tab, label).fill("half")
        tab.reload()
        assert asked == ["beforeunload"]
        asked.clear()
    expect(field(tab, "Form area")).to_have_value("half")
    press(tab, "Send form")
    tab.reload()
    assert asked == []
    field(tab, "Form name").fill("half")
    tab.page.get_by_text("Guard").click()
    tab.rest()
    tab.reload()
    assert asked == []


def test_a_run_that_the_page_did_not_show(tab: ContinuityPage, url: str) -> None:
    """A slow browser draws the page once for the beginning and the end of a quick run."""
    asked = accept_dialogs(tab)
    tab.page.add_init_script(UNSEEN_RUNS)
    tab.open(url)
    tab.page.get_by_text("Guard").click()
    tab.rest()
    field(tab, "Form area").fill("half")
    press(tab, "Send form")
    field(tab, "Keyless").fill("half")
    field(tab, "Keyless").press("Enter")
    tab.rest()
    tab.reload()
    assert asked == []
    field(tab, "Keyless").fill("more")
    tab.reload()
    assert asked == ["beforeunload"]


@pytest.mark.skipif(RELEASE < _HAS_IGNORE, reason="this Streamlit has neither")
def test_fields_that_wait_and_fields_that_do_not(tab: ContinuityPage, serve: Serve) -> None:
    """What `on_change="ignore"` holds back is a draft until a run takes it; `live=True` sends by itself."""
    tab.open(serve("drafts.py", WAITING="1").url)
    field(tab, "Ignored").fill("held back")
    field(tab, "Ignored").press("Enter")
    field(tab, "Area").focus()
    tab.reload()
    expect(field(tab, "Ignored")).to_have_value("held back")
    field(tab, "Ignored").press("Enter")
    press(tab, "Again")
    tab.reload()
    expect(field(tab, "Ignored")).to_have_value("held back")
    field(tab, "Live").press_sequentially("live", delay=20)
    tab.rest()
    field(tab, "Live").press_sequentially("ly")
    tab.reload()
    expect(field(tab, "Live")).to_have_value("lively")


def test_nothing_else_changes(serve: Serve, new_tab: Callable[..., ContinuityPage]) -> None:
    """What a tab sends to the server is the same with drafts and without, message for message."""
    sent: list[list[int]] = []
    for env in ({}, {"DRAFTS": "false"}):
        tab = new_tab()
        sizes: list[int] = []
        sent.append(sizes)
        tab.page.on("websocket", lambda it, to=sizes: it.on("framesent", lambda data: to.append(len(data))))
        tab.open(serve("drafts.py", **env).url)
        sizes.clear()  # the bridge's first answer, where there is one
        field(tab, "Form name").fill("half")
        for label in ("Name", "Number"):
            field(tab, label).fill("1")
            field(tab, label).press("Enter")
            tab.rest()
        press(tab, "Send form")
        follow(tab, "Other")
        follow(tab, "Home")
    assert sent[0] == sent[1]
    assert len(sent[0]) >= 4
