/** What components share: answers that arrive later, and the width that a chart may fill. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";

export interface Asked<T> { value?: T; error?: Error; again: () => void }

/** The answer to a question that changes with `on`; an older answer stays until the new one is there. */
export function useAsked<T>(ask: (() => Promise<T>) | null, on: unknown[]): Asked<T> {
  const [state, set] = useState<{ value?: T; error?: Error }>({});
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (!ask) return set({});
    let current = true;
    ask().then(
      (value) => current && set({ value }),
      (error: Error) => current && set({ error }),
    );
    return () => {
      current = false;
    };
  }, [...on, turn]);
  return { ...state, again: () => setTurn(turn + 1) };
}

/** The width of an element in pixels, followed as the window changes. */
export function useWidth<E extends HTMLElement>(first = 640): [RefObject<E | null>, number] {
  const ref = useRef<E>(null);
  const [width, set] = useState(first);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => element.clientWidth && set(Math.round(element.clientWidth));
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return [ref, width];
}

let counter = 0;
/** A name that is unique on the page, for labels. */
export function useName(stem: string): string {
  const ref = useRef("");
  if (!ref.current) ref.current = `${stem}-${++counter}`;
  return ref.current;
}
