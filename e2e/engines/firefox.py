"""Firefox, driven over WebDriver BiDi, which it speaks itself: no geckodriver is needed."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from e2e.engines.bidi import Bidi, BidiError
from e2e.engines.visitor import Failed, Visitor, until

# Beyond what Firefox itself sets for a browser under remote control.
_PREFS: Mapping[str, object] = {
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "dom.disable_open_during_load": False,  # a test may open a window without a click
}
_TAB, _CONTROL = "\ue004", "\ue009"  # https://w3c.github.io/webdriver/#keyboard-actions


class FirefoxVisitor(Visitor):
    """A browsing context: a tab, or a frame in it."""

    def __init__(self, bidi: Bidi, context: str) -> None:
        self._bidi = bidi
        self._context = context

    def _do(self, method: str, **params: Any) -> dict[str, Any]:
        try:
            return self._bidi(method, context=self._context, **params)
        except BidiError as error:
            raise Failed(str(error)) from error

    def _look_at(self) -> None:
        """A person looks at the tab they use; timers of others are slowed down."""
        if self._tree()["parent"] is None:
            self._do("browsingContext.activate")

    def _tree(self) -> dict[str, Any]:
        [tree] = self._bidi("browsingContext.getTree", root=self._context)["contexts"]
        found: dict[str, Any] = tree
        return found

    def go(self, address: str) -> None:
        self._look_at()
        self._do("browsingContext.navigate", url=address, wait="complete")

    def _reload(self) -> None:
        self._look_at()
        self._do("browsingContext.reload", wait="complete")

    def _traverse(self, steps: int) -> None:
        self._look_at()
        self._do("browsingContext.traverseHistory", delta=steps)

    def _point_at(self, xpath: str) -> None:
        self._look_at()
        nodes = self._do("browsingContext.locateNodes", locator={"type": "xpath", "value": xpath})["nodes"]
        if not nodes:
            raise Failed(f"no {xpath}")
        element = {"sharedId": nodes[0]["sharedId"]}
        self._do_script("element => element.scrollIntoView({block: 'center'})", element)
        origin = {"type": "element", "element": element}
        self._perform(
            ("pointer", {"type": "pointerMove", "x": 0, "y": 0, "origin": origin}),
            ("pointer", {"type": "pointerDown", "button": 0}),
            ("pointer", {"type": "pointerUp", "button": 0}),
        )

    def _press(self, *keys: str, holding: str = "") -> None:
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        before = [{"type": "keyDown", "value": key} for key in holding]
        after = [{"type": "keyUp", "value": key} for key in holding]
        self._perform(*(("key", action) for action in [*before, *strokes, *after]))

    def _perform(self, *actions: tuple[str, dict[str, Any]]) -> None:
        kind = actions[0][0]
        source = {"type": kind, "id": kind, "actions": [action for _, action in actions]}
        self._do("input.performActions", actions=[source])

    def _click(self, xpath: str) -> None:
        self._point_at(xpath)

    def _enter(self, xpath: str, text: str, *, leave: bool) -> None:
        self._point_at(xpath)
        self._press("a", holding=_CONTROL)
        self._press(*text)
        if leave:
            self._press(_TAB)

    def _do_script(self, function: str, *args: Any) -> dict[str, Any]:
        answer = self._bidi(
            "script.callFunction",
            functionDeclaration=function,
            arguments=list(args),
            target={"context": self._context},
            awaitPromise=True,
        )
        if answer["type"] == "exception":
            raise Failed(answer["exceptionDetails"]["text"])
        result: dict[str, Any] = answer["result"]
        return result

    def ask(self, function: str, *args: Any) -> Any:
        given = {"type": "string", "value": json.dumps(args)}
        code = f"async text => JSON.stringify((await ({function})(...JSON.parse(text))) ?? null)"
        try:
            return json.loads(self._do_script(code, given)["value"])
        except BidiError as error:
            raise Failed(str(error)) from error

    def copy(self, *, by_link: bool = False) -> FirefoxVisitor:
        before = self._tabs()
        self._offer_copy(by_link=by_link)
        until(lambda: bool(self._tabs() - before), "a new tab")
        [context] = self._tabs() - before
        copy = FirefoxVisitor(self._bidi, context)
        copy._look_at()
        copy.rest()
        return copy

    def _tabs(self) -> set[str]:
        return {tree["context"] for tree in self._bidi("browsingContext.getTree", maxDepth=0)["contexts"]}

    def inside(self) -> FirefoxVisitor:
        return FirefoxVisitor(self._bidi, self._tree()["children"][0]["context"])

    def close(self) -> None:
        self._do("browsingContext.close")


class Firefox:
    """A Firefox process with a profile of its own; a user context ("container") for each visitor.

    Args:
        path: the program.
        prefs: settings as in about:config.
    """

    def __init__(self, path: str, *, prefs: Mapping[str, object] | None = None) -> None:
        self._profile = tempfile.TemporaryDirectory(prefix="firefox-", ignore_cleanup_errors=True)
        folder = Path(self._profile.name)
        lines = [
            f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in {**_PREFS, **(prefs or {})}.items()
        ]
        (folder / "user.js").write_text("\n".join(lines), encoding="utf-8")
        self._process = subprocess.Popen(
            [path, "--headless", "--no-remote", "--profile", folder, "--remote-debugging-port", "0"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._bidi = Bidi(self._address(folder / "WebDriverBiDiServer.json"))
        except BaseException:
            self._end()
            raise

    def _address(self, file: Path) -> str:
        found: dict[str, Any] = {}

        def told() -> bool:
            if self._process.poll() is not None:
                raise RuntimeError(f"Firefox ended with {self._process.returncode}")
            try:
                found.update(json.loads(file.read_text(encoding="utf-8")))
            except (FileNotFoundError, json.JSONDecodeError):
                return False
            return True

        until(told, "Firefox")
        return f"ws://{found['ws_host']}:{found['ws_port']}"

    def newcomer(self) -> FirefoxVisitor:
        container = self._bidi("browser.createUserContext")["userContext"]
        created = self._bidi("browsingContext.create", type="tab", userContext=container)
        visitor = FirefoxVisitor(self._bidi, created["context"])
        self._bidi(
            "browsingContext.setViewport",
            context=created["context"],
            viewport={"width": 1280, "height": 900},
        )
        return visitor

    def close(self) -> None:
        self._bidi("browser.close")
        self._bidi.close()
        self._end()

    def _end(self) -> None:
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._profile.cleanup()
