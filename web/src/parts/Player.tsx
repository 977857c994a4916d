/** A slider over years that plays them; where motion is unwelcome it steps instead of gliding. */

import { useEffect, useRef, useState } from "preact/hooks";
import { lang, still } from "../state";
import { t } from "../words";
import { year as yearOf } from "../numbers";

/** Milliseconds that a usual step of a run takes; shorter ones, as between counts of every year, take less. */
const PER_STEP = 900;
const STEP = 5, SHORTEST = 0.3;
/** Milliseconds from a position to the next. */
const pace = (years: number[], at: number): number => {
  const from = Math.min(Math.floor(at), years.length - 2), apart = (years[from + 1] ?? 0) - (years[from] ?? 0);
  return PER_STEP * Math.min(1, Math.max(SHORTEST, apart / STEP));
};

interface Shown { years: number[]; at: number; onMove: (at: number) => void; first: number; onPlay?: (playing: boolean) => void }

export function Player({ years, at, onMove, first, onPlay }: Shown) {
  const [playing, setPlaying] = useState(false);
  const now = useRef(at);
  // While years play, the position runs ahead of the last one that was drawn with the rest of the page.
  if (!playing) now.current = at;
  useEffect(() => {
    onPlay?.(playing);
    if (!playing) return;
    const last = years.length - 1;
    if (now.current >= last) onMove((now.current = 0));
    if (still.value) {
      const step = setInterval(() => {
        const next = Math.min(last, Math.floor(now.current) + 1);
        onMove(next);
        if (next >= last) setPlaying(false);
      }, PER_STEP);
      return () => clearInterval(step);
    }
    let frame = 0, before = performance.now();
    const glide = (time: number) => {
      // The time of the first frame may lie before the moment of the press.
      const next = Math.min(last, now.current + Math.max(0, time - before) / pace(years, now.current));
      before = time;
      onMove((now.current = next));
      if (next >= last) setPlaying(false);
      else frame = requestAnimationFrame(glide);
    };
    frame = requestAnimationFrame(glide);
    return () => cancelAnimationFrame(frame);
  }, [playing, years]);
  const near = Math.round(at), shown = yearOf(years[near] ?? 0, lang.value);
  const kind = near <= first ? t("counted") : t("forecast");
  return (
    <div class="player">
      <button type="button" class="play" aria-label={playing ? t("pause") : t("play")} title={playing ? t("pause") : t("play")}
        onClick={() => {
          if (playing) onMove(near);
          setPlaying(!playing);
        }}>
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">{playing ? <path d="M3 2h4v12H3zM9 2h4v12H9z" /> : <path d="M3 1.5v13l11-6.5z" />}</svg>
      </button>
      <input type="range" min={0} max={years.length - 1} step={1} value={near} aria-label={t("year")} aria-valuetext={`${shown}, ${kind}`}
        onInput={(event) => {
          setPlaying(false);
          onMove(Number(event.currentTarget.value));
        }} />
      <output><strong>{shown}</strong> <span>{kind}</span></output>
    </div>
  );
}
