/**
 * Waits for the end of the script run that is going on.
 *
 * An answer starts a run at once and cuts the present one short. If that one has not reached its
 * `st.navigation` yet, Streamlit does not know the page it is on and falls back to the first.
 */

const POLL_MS = 50;
const MOST_MS = 10_000;

export function isRunning(doc: Document): boolean {
  const app = doc.querySelector('[data-testid="stApp"]');
  return app?.getAttribute("data-test-script-state") === "running";
}

export function whenAtRest(win: Window, then: () => void, waited = 0): void {
  if (waited >= MOST_MS || !isRunning(win.document)) then();
  else win.setTimeout(() => whenAtRest(win, then, waited + POLL_MS), POLL_MS);
}
