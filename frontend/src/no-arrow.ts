/**
 * Stands in for Apache Arrow in the frame's bundle. streamlit-component-lib uses it for tables only, and the bridge
 * neither gets nor sends one; Arrow would make the frame thirty times as large.
 */

function refuse(): never {
  throw new TypeError("the bridge carries no tables");
}

export const Type = {};
export const tableFromIPC = refuse;
export const tableToIPC = refuse;
