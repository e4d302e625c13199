/**
 * Components v1: Streamlit loads this in a frame of its own, on the app's origin. The frame only carries the
 * server's offers to the document of the app and the answers back; what it starts there outlives it.
 */

/// <reference types="vite/client" />

import { Streamlit } from "streamlit-component-lib";
import { hideContainer } from "./container";
import parentUrl from "./entry-v1-parent?worker&url";
import { carry, pin } from "./frame";

const { frameElement } = window;
if (frameElement) {
  hideContainer(frameElement);
  pin(frameElement);
}
carry(window, Streamlit, new URL(parentUrl, import.meta.url).href);
