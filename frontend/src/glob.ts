/** Glob patterns of keys, as Python's `fnmatch` reads them, against the class that Streamlit makes of a key. */

const PART = /\[!?[^\]]+\]|[\s\S]/g;

export function admits(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => asRegExp(pattern).test(name));
}

function asRegExp(pattern: string): RegExp {
  const parts = pattern.trim().replace(PART, (part) => {
    if (part === "*") return ".*";
    if (part === "?") return ".";
    if (part.length > 1) return part.replace(/[\\^]/g, "\\$&").replace("[!", "[^");
    return /[\w-]/.test(part) ? part : "-";
  });
  return new RegExp(`^${parts}$`);
}
