/**
 * Where on its origin the app lives: `/` or, with `server.baseUrlPath` or behind a proxy, `/app/`.
 *
 * Two apps on one origin share its storage; each keeps its id under its own base. Taken from where
 * Streamlit's own script comes from (and ours, which runs first): every page of the app has that in common.
 */

const STATIC = /^(.*\/)(?:static\/js|_fluxlit)\/[^/]+$/;
/**
 * What is served beside the pages, relative to the base: by Streamlit, or as a file by the app's own routes. The
 * address of a page may have a dot, as in `v1.2`: a file's ends in letters.
 */
const NOT_A_PAGE = /^(?:static|media|component|app\/static|_stcore)\/|\.[a-z]\w*$/i;

export function basePathOf(win: Window): string {
  for (const { src } of win.document.scripts) {
    const { origin, pathname } = parse(src, win.location.href);
    const base = origin === win.location.origin ? STATIC.exec(pathname)?.[1] : undefined;
    if (base) return base;
  }
  return "/";
}

/** An address taken apart; it never throws. */
export function parse(src: string, base: string): Pick<URL, "origin" | "pathname"> {
  try {
    return new URL(src || "about:blank", base);
  } catch {
    return { origin: "", pathname: "" }; // somebody else's script, without an address
  }
}

/** Whether `url` is a page of this app, as far as its address tells. */
export function isPage(win: Window, url: URL): boolean {
  const base = basePathOf(win);
  return (
    url.origin === win.location.origin &&
    `${url.pathname}/`.startsWith(base) &&
    !NOT_A_PAGE.test(url.pathname.slice(base.length))
  );
}
