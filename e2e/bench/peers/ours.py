from body import pages

from fluxlit_component import url_session

page = pages()
with url_session():
    page.run()
