# A cookie, by streamlit-cookies-controller.
from body import run_with
from streamlit_cookies_controller import CookieController

controller = CookieController()
run_with(lambda: controller.get("state"), lambda text: controller.set("state", text))
