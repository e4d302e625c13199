# localStorage, by streamlit-local-storage.
from body import run_with
from streamlit_local_storage import LocalStorage

storage = LocalStorage()
run_with(lambda: storage.getItem("state"), lambda text: storage.setItem("state", text), waits=True)
