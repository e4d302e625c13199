/**
 * Components v2: Streamlit calls the default export in the top document, once per mount and again each
 * time `data` changes, without a cleanup in between. The only file of this bundle that names `window`.
 */

import type { FrontendRendererArgs } from "@streamlit/component-v2-lib";
import { meet } from "./bridge";
import { hideContainer } from "./container";
import type { Answer } from "./protocol";

type State = { answer: Answer };
type Mount = Pick<FrontendRendererArgs<State>, "data" | "parentElement" | "setStateValue">;

export default function bridge({ data, parentElement, setStateValue }: Mount): void {
  try {
    hideContainer(parentElement);
    meet(window, data, (answer) => setStateValue("answer", answer));
  } catch {
    // What a browser may do to us is no matter of the app's: it goes on, as if nobody had answered.
  }
}
