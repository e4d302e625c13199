/** Listening before anyone else of the page does. */

/** What is returned stops it. */
export function listen<E extends Event>(
  target: EventTarget,
  names: readonly string[],
  act: (event: E) => void,
): () => void {
  for (const name of names) target.addEventListener(name, act as EventListener, true);
  return () => {
    for (const name of names) target.removeEventListener(name, act as EventListener, true);
  };
}
