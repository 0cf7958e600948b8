// The widget's few drawings, as stroked paths in a 24 by 24 box. Called by the launcher, the panel and the form.
import { icon } from "./dom.js";

/** A cloche: the dish cover a waiter carries. */
export const cloche = () => icon("M3.5 18.5h17", "M5.5 15.5a6.5 6.5 0 0 1 13 0z", "M12 9V7.2", "M10.8 5.6a1.2 1.2 0 1 1 2.4 0a1.2 1.2 0 1 1-2.4 0");
export const cross = () => icon("M6 6l12 12", "M18 6L6 18");
export const noNetwork = () => icon("M4 4l16 16", "M5 12a10 10 0 0 1 4-2.6", "M19 12a10 10 0 0 0-5-2.9", "M8.5 15.5a5 5 0 0 1 6 -.6", "M12 19h.01");
export const chevron = (step) => icon(step < 0 ? "M14.5 6l-6 6l6 6" : "M9.5 6l6 6l-6 6");
export const bell = (isOn) => icon("M6 16.5h12l-1.5 -2.5v-4a4.5 4.5 0 0 0 -9 0v4z", "M10.5 19.5h3", isOn ? "" : "M4 4l16 16");
