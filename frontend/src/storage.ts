/** Writing to the browser's storage, which may be refused: in a sandboxed or third-party frame, without quota. */

export type Area = "sessionStorage" | "localStorage";

/** Whether storage took it. */
export function write(win: Window, area: Area, name: string, value: string): boolean {
  try {
    win[area].setItem(name, value);
    return true;
  } catch {
    return false;
  }
}

export function drop(win: Window, area: Area, name: string): void {
  try {
    win[area].removeItem(name);
  } catch {
    // Refused: nothing stands there.
  }
}
