# The floor: F5 forgets everything.
from body import pages

pages().run()
