"""Holds the bridge of a page back, for tests in which the browser answers late."""

from __future__ import annotations

_LET_GO = """
const letGo = Promise.withResolvers();
window.letGo = letGo.resolve;
window.untilLetGo = letGo.promise;
"""

# Components v2: Streamlit loads the bridge as a module out of a blob. This puts one in between that waits.
_HOLD_BLOB = """
const create = URL.createObjectURL;
URL.createObjectURL = (blob) => {
  const url = create.call(URL, blob);
  if (blob.type !== "text/javascript") return url;
  const held = `await window.untilLetGo;
    const { default: bridge } = await import("${url}");
    export default bridge;`;
  return create.call(URL, new Blob([held], { type: "text/javascript" }));
};
"""

# Components v1: the bridge is a script element that the component's frame puts into the document.
_HOLD_SCRIPT = """
const append = Element.prototype.append;
Element.prototype.append = function (...nodes) {
  const put = () => append.apply(this, nodes);
  if (nodes.some(({ src }) => src?.includes("/component/"))) window.untilLetGo.then(put);
  else put();
};
"""


def held(transport: str) -> str:
    """A script that holds the bridge back, once it is loaded, until the page calls `letGo()`."""
    return _LET_GO + (_HOLD_BLOB if transport == "v2" else _HOLD_SCRIPT)
