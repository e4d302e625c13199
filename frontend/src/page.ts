/**
 * What this page knows: one holding per param, shared by everything that runs in it.
 *
 * It lives on the window under a registered symbol, not in a module variable: Streamlit loads the
 * bridge as a blob and may load it again, and two modules with two memories would fight over the URL.
 * Plain data and browser objects only, so that one module can read what another one wrote.
 */

import type { AddressBar } from "./protocol";

export interface Holding {
  /** The page's own memory of the id: it survives every remount, and goes with the document. */
  sid: string | null;
  addressBar: AddressBar;
  /** True when storage is refused and the id rides in `history.state` instead. */
  inHistory: boolean;
  /** What storage held before a link replaced it: the way back if the server refuses the link. */
  earlier: string | null;
  /** Offered id -> the id answered to it. */
  readonly answered: Map<string, string>;
  readonly confirmed: Set<string>;
  /** The lock or channel by which this page shows other tabs that it lives. */
  claim: { readonly name: string; readonly release: () => void } | null;
}

/** By param. */
export type Page = Map<string, Holding>;

const PAGE = Symbol.for("fluxlit.page");

export function pageOf(win: Window): Page {
  const holder = win as Window & { [PAGE]?: Page };
  holder[PAGE] ??= new Map();
  return holder[PAGE];
}

export function holdingOf(win: Window, param: string): Holding {
  const page = pageOf(win);
  let holding = page.get(param);
  if (!holding) {
    holding = {
      sid: null,
      addressBar: "clean",
      inHistory: false,
      earlier: null,
      answered: new Map(),
      confirmed: new Set(),
      claim: null,
    };
    page.set(param, holding);
  }
  return holding;
}
