/** Claims that are still to come: how many, and whether to ask for them again. */

import type { Cards } from "./types";

/** Milliseconds between two questions. */
export const AGAIN = 2000;

export const left = (of: Cards): { count: number; again: boolean } => ({ count: of.waiting, again: of.waiting > 0 && of.working });
