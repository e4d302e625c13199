"""WebKitGTK: its MiniBrowser on a hidden screen, driven over WebDriver by Selenium."""

from __future__ import annotations

import contextlib
import os
from typing import Any

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Remote
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service
from urllib3.exceptions import HTTPError

from e2e.engines.display import Display
from e2e.engines.visitor import SECONDS, Failed, Visitor, until


class WebKitVisitor(Visitor):
    """A window of a MiniBrowser, or a frame in it."""

    def __init__(self, driver: Remote, handle: str, *, framed: bool = False) -> None:
        self._all = driver
        self._handle = handle
        self._framed = framed

    @property
    def _driver(self) -> Remote:
        """The driver, looking at this window."""
        self._all.switch_to.window(self._handle)
        if self._framed:
            self._all.switch_to.frame(0)
        return self._all

    def go(self, address: str) -> None:
        self._driver.get(address)

    def _reload(self) -> None:
        self._driver.refresh()

    def _traverse(self, steps: int) -> None:
        if steps < 0:
            self._driver.back()
        else:
            self._driver.forward()

    def _find(self, xpath: str) -> WebElement:
        element = self._driver.find_element(By.XPATH, xpath)
        self._all.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        return element

    def _click(self, xpath: str) -> None:
        try:
            self._find(xpath).click()
        except WebDriverException as error:
            raise Failed(error.msg) from error

    def _enter(self, xpath: str, text: str, *, leave: bool) -> None:
        try:
            field = self._find(xpath)
            field.click()
            field.send_keys(Keys.CONTROL, "a")  # let go at the end: this driver types nothing after Keys.NULL
            field.send_keys(text, *[Keys.TAB] * leave)
        except WebDriverException as error:
            raise Failed(error.msg) from error

    def ask(self, function: str, *args: Any) -> Any:
        code = f"""const args = [...arguments], done = args.pop();
          Promise.resolve(({function})(...args))
            .then(value => done({{value}}), error => done({{error: `${{error}}`}}));"""
        try:
            answer = self._driver.execute_async_script(code, *args)
        except WebDriverException as error:
            raise Failed(error.msg) from error
        if "error" in answer:
            raise Failed(answer["error"])
        return answer.get("value")

    def copy(self, *, by_link: bool = False) -> WebKitVisitor:
        before = set(self._driver.window_handles)
        self._offer_copy(by_link=by_link)
        until(lambda: bool(set(self._all.window_handles) - before), "a new window")
        [handle] = set(self._all.window_handles) - before
        copy = WebKitVisitor(self._all, handle)
        copy.rest()
        return copy

    def inside(self) -> WebKitVisitor:
        return WebKitVisitor(self._all, self._handle, framed=True)

    def close(self) -> None:
        self._driver.close()


class WebKit:
    """A MiniBrowser for each visitor: under automation it keeps everything in memory."""

    def __init__(self, browser: str, driver: str, screen: str) -> None:
        self._browser = browser
        self._driver = driver
        self._open = contextlib.ExitStack()
        self._display = Display(screen)
        self._open.callback(self._display.close)

    def newcomer(self) -> WebKitVisitor:
        try:
            driver = self._start()
        except HTTPError:
            # Once in hundreds of starts the browser does not come to its driver, which then never answers.
            driver = self._start()
        driver.set_window_size(1280, 950)
        driver.set_script_timeout(SECONDS)
        return WebKitVisitor(driver, driver.current_window_handle)

    def _start(self) -> Remote:
        options = Options()
        options.binary_location = self._browser
        options.add_argument("--automation")
        environment = {**os.environ, "DISPLAY": self._display.name, "GDK_BACKEND": "x11"}
        service = Service(self._driver, env=environment)
        self._open.callback(service.stop)
        service.start()
        # Not selenium.webdriver.WebKitGTK: it connects in a way that Selenium itself has deprecated.
        connection = RemoteConnection(
            client_config=ClientConfig(remote_server_addr=service.service_url, timeout=SECONDS + 30)
        )
        driver = Remote(connection, options=options)
        self._open.callback(driver.quit)
        return driver

    def close(self) -> None:
        self._open.close()
