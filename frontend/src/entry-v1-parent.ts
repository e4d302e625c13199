/**
 * Components v1, the half that does the work: it runs in the document of the app, outside the component's
 * frame, which dies with the page of the app that drew it. Listeners, locks, timers and the history patch
 * made here live as long as the document.
 *
 * Loaded by a script element of the frame's making. The only file of its bundle that names `window`.
 */

import { meet } from "./bridge";
import { open } from "./post";

open(window, meet);
