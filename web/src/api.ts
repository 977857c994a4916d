/** Asks the server, or the files of an exported site; every answer is kept, so that going back is instant. */

import type {
  Cards, Hit, Job, Lever, MapData, Place, PlaceSeries, Problem, Progress, Pyramid, Run, Scenario, Services, Words,
} from "./types";
import { address, lang } from "./state";
import { near } from "./near";

declare global {
  interface Window { HINTERLAND_STATIC?: boolean }
}

export const isStatic = (): boolean => window.HINTERLAND_STATIC === true;

/** Names this tab to the server, so that a newer simulation ends its older one. */
const client = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** What the server says is wrong, with its remedy. */
export class Refused extends Error {
  constructor(readonly status: number, message: string, readonly said: Words | null = null) {
    super(message);
  }
}

/** A refusal in the words of the server. */
const refused = (status: number, of: Problem | null, otherwise = ""): Refused =>
  new Refused(status, of?.error ? `${of.error}${of.remedy ? `. ${of.remedy}` : ""}` : otherwise, of?.said ?? null);

type Asked = Record<string, string | number | undefined>;

function query(asked: Asked): string {
  const said = new URLSearchParams();
  for (const [key, value] of Object.entries({ ...asked, run: address.value.run || undefined }))
    if (value !== undefined && value !== "") said.set(key, String(value));
  const text = said.toString();
  return text ? `?${text}` : "";
}

async function answer<T>(path: string, init?: RequestInit): Promise<T> {
  let got: Response;
  try {
    got = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refused(0, "");
  }
  if (got.ok) return (await got.json()) as T;
  const said = (await got.json().catch(() => null)) as Problem | null;
  throw refused(got.status, said, got.statusText);
}

const kept = new Map<string, Promise<unknown>>();

function once<T>(path: string): Promise<T> {
  const known = kept.get(path) as Promise<T> | undefined;
  if (known) return known;
  const asked = answer<T>(path);
  kept.set(path, asked);
  asked.catch(() => kept.delete(path));
  return asked;
}

const ask = <T>(path: string, asked: Asked = {}): Promise<T> =>
  once<T>(isStatic() ? `api/${path}.json` : `api/${path}${query(asked)}`);

const own = encodeURIComponent;

export const getRuns = (): Promise<Run[]> => answer<Run[]>(isStatic() ? "api/runs.json" : "api/runs");
export const getPlaces = (): Promise<Hit[]> => ask<Hit[]>("places", { limit: 5000 });
export const getPlace = (code: string): Promise<Place> => ask<Place>(`places/${own(code)}`);
export const getSeries = (code: string): Promise<PlaceSeries> => ask<PlaceSeries>(`places/${own(code)}/series`);
export const getPyramid = (code: string): Promise<Pyramid> => ask<Pyramid>(`places/${own(code)}/pyramid`);
export const getServices = (code: string): Promise<Services> => ask<Services>(`places/${own(code)}/services`);
export const getLevers = (code: string): Promise<Lever[]> => ask<Lever[]>(`places/${own(code)}/levers`);
export const getScenarios = (): Promise<Scenario[]> => ask<Scenario[]>("scenarios");
/** The cards that are made so far: asked anew each time, as there may be more. */
export const getClaims = (): Promise<Cards> => answer<Cards>(isStatic() ? "api/claims.json" : "api/claims");
export const getMap = (variable: string): Promise<MapData> =>
  isStatic() ? once(`api/map/${own(variable)}.json`) : ask<MapData>("map", { variable });
export const getLand = (): Promise<{ rings: number[][] }> => once("land.json");

/** Places that a text may mean, best first. */
export async function search(text: string, limit: number, signal?: AbortSignal): Promise<Hit[]> {
  if (isStatic()) return near(await getPlaces(), text, limit);
  return answer<Hit[]>(`api/places${query({ q: text, limit })}`, { signal });
}

const PICTURES = ["svg", "png"];
/** Where a file is; pictures are in the language of the page. */
export const download = (format: string, code = ""): string =>
  code ? `api/places/${own(code)}/download${query({ format, language: PICTURES.includes(format) ? lang.value : undefined })}` : `api/download${query({ format })}`;

export interface Running<T> { done: Promise<T>; cancel: () => void }

interface Heard<T> { partial?: (result: T) => void; progress?: (progress: Progress) => void; queued?: (position: number) => void }

/** Starts a job and follows its events; `cancel` also tells the server, and `done` is then refused as cancelled. */
export function job<T>(path: string, body: unknown, heard: Heard<T> = {}): Running<T> {
  const stop = new AbortController();
  let id = "", events: EventSource | undefined, refuse: (error: Error) => void = () => undefined;
  const cancelled = () => new Refused(499, "cancelled");
  const cancel = () => {
    stop.abort();
    events?.close();
    if (id) void fetch(`api/jobs/${own(id)}`, { method: "DELETE" }).catch(() => undefined);
    refuse(cancelled());
  };
  const follow = (): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      refuse = reject;
      if (stop.signal.aborted) return reject(cancelled());
      events = new EventSource(`api/jobs/${own(id)}/events`);
      const on = (kind: string, then: (data: any) => void) =>
        events?.addEventListener(kind, (event) => then(JSON.parse((event as MessageEvent<string>).data || "null")));
      const end = (then: () => void) => {
        events?.close();
        then();
      };
      on("partial", (data: T) => heard.partial?.(data));
      on("progress", (data: Progress) => {
        // What tells how far it is waits no more.
        heard.queued?.(0);
        heard.progress?.(data);
      });
      on("done", (data: T) => end(() => resolve(data)));
      on("failed", (data: Problem) => end(() => reject(refused(500, data))));
      on("cancelled", () => end(() => reject(cancelled())));
      events.onerror = () => {
        if (events?.readyState === EventSource.CLOSED) reject(new Refused(0, ""));
      };
    });
  const done = (async () => {
    try {
      const begun = await answer<Job<T>>(`api/${path}${query({})}`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-hinterland-client": client },
        body: JSON.stringify(body),
        signal: stop.signal,
      });
      id = begun.id;
      if (begun.state === "done" && begun.result) return begun.result;
      if (begun.state === "failed") throw new Refused(500, begun.error ?? "");
      if (begun.state === "queued") heard.queued?.(begun.position - 1);
    } catch (error) {
      if (stop.signal.aborted) throw cancelled();
      throw error;
    }
    return follow();
  })();
  return { done, cancel };
}
