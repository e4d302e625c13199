/**
 * Takes the component off the page, visually: an empty component still costs the column gap of 16 px.
 *
 * Streamlit wraps each element in a container; hiding that one closes the gap, and the module keeps running.
 */

const CONTAINER = '[data-testid="stElementContainer"]';

/** The nearest container around `start`, looking out of shadow roots (`isolate_styles=True`). */
function containerOf(start: Node): HTMLElement | null {
  let node: Node | undefined = start;
  while (node) {
    const found = (node as Partial<Element>).closest?.<HTMLElement>(CONTAINER);
    if (found) return found;
    // A document has no host, a detached tree is its own root: both end the walk.
    node = (node.getRootNode() as Partial<ShadowRoot>).host;
  }
  return null;
}

export function hideContainer(start: Node): void {
  const container = containerOf(start);
  if (!container) return;
  container.style.display = "none";
  container.setAttribute("aria-hidden", "true");
}
