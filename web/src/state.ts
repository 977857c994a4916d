/** What the page is showing: the address, the language and the theme, as signals that redraw what reads them. */

import { computed, effect, signal } from "@preact/signals";
import { format, parse, spoken, type Address } from "./address";
import type { Lang, Run, Words } from "./types";

export const address = signal<Address>(parse(location.search));
export const lang = computed<Lang>(() => address.value.lang || spoken(navigator.languages ?? [navigator.language]));
export const pick = (words: Words | null | undefined): string => words?.[lang.value] || words?.en || "";

export const runs = signal<Run[]>([]);
export const run = computed<Run | undefined>(
  () => runs.value.find((one) => one.id === address.value.run) ?? runs.value[0],
);

/** Whether a run's live model may yet become ready: one that is off for good says why. */
export const warming = (one: Run): boolean => !one.live && (one.state === "warming" || (one.state === "off" && !one.live_note?.en));

/** What assistive software reads out. */
export const spokenAloud = signal("");

/** Changes the address; a new view is a new entry of the browser's history, anything else replaces the present one. */
export function go(patch: Partial<Address>, anchor = ""): void {
  const now = address.value, next = { ...now, ...patch };
  const moved = next.view !== now.view || next.place !== now.place;
  const query = location.pathname + format(next) + (anchor ? `#${anchor}` : moved ? "" : location.hash);
  if (moved) history.pushState(null, "", query);
  else history.replaceState(null, "", query);
  address.value = next;
}

/** The address of another view as a link. */
export const link = (patch: Partial<Address>): string => format({ ...address.value, ...patch }) || "?";

/** What leaves with the place one looks at. */
export const ELSEWHERE = { levers: [], scenario: "", from: 0, to: 0, filter: "", claim: "" } satisfies Partial<Address>;
export const toPlace = (code: string): Partial<Address> => ({ ...ELSEWHERE, view: "place", place: code });

addEventListener("popstate", () => {
  address.value = parse(location.search);
});

export type Theme = "auto" | "light" | "dark";
const remembered = (): Theme => {
  try {
    const kept = localStorage.getItem("theme");
    return kept === "light" || kept === "dark" ? kept : "auto";
  } catch {
    return "auto";
  }
};
export const theme = signal<Theme>(remembered());
const darkSystem = matchMedia("(prefers-color-scheme: dark)");
const systemDark = signal(darkSystem.matches);
darkSystem.addEventListener("change", (event) => (systemDark.value = event.matches));
export const dark = computed(() => (theme.value === "auto" ? systemDark.value : theme.value === "dark"));

const quiet = matchMedia("(prefers-reduced-motion: reduce)");
export const still = signal(quiet.matches);
quiet.addEventListener("change", (event) => (still.value = event.matches));

effect(() => {
  document.documentElement.lang = { en: "en", zh: "zh-Hans", ja: "ja" }[lang.value];
});
effect(() => {
  document.documentElement.dataset.theme = theme.value;
  document.documentElement.classList.toggle("dark", dark.value);
  try {
    localStorage.setItem("theme", theme.value);
  } catch {
    // Storage may be forbidden; the switch still works until the page is left.
  }
});
effect(() => {
  document.documentElement.classList.toggle("embed", address.value.embed);
});
