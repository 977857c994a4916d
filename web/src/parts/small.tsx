/** Small parts used everywhere: a waiting line, an error with its remedy, a job's progress, a place's name. */

import type { ComponentChildren } from "preact";
import { Refused } from "../api";
import { go, lang, link, pick, toPlace } from "../state";
import type { Progress } from "../types";
import { t } from "../words";
import type { Asked } from "./hooks";

export function Wrong({ error, again }: { error: Error; again?: () => void }) {
  const refused = error instanceof Refused ? error : null;
  const said = refused?.status === 0 ? t("no_server") : pick(refused?.said) || (lang.value === "en" ? error.message : "");
  return (
    <div class="wrong" role="alert">
      <p>{t("failed")} {said}</p>
      {again && <button type="button" onClick={again}>{t("again")}</button>}
    </div>
  );
}

/** Shows an answer once it is there; until then that it is awaited, and why it failed. */
export function Await<T>({ asked, height = 120, children }: { asked: Asked<T>; height?: number; children: (value: T) => ComponentChildren }) {
  if (asked.error) return <Wrong error={asked.error} again={asked.again} />;
  if (asked.value === undefined) return <div class="await" style={{ minHeight: `${height}px` }} role="status">{t("loading")}</div>;
  return <>{children(asked.value)}</>;
}

/** A link within the page that keeps the rest of the address; opened elsewhere by the usual keys. */
export function Go({ to, children, class: name, current, onClick }: {
  to: Parameters<typeof go>[0]; children: ComponentChildren; class?: string; current?: boolean; onClick?: () => void;
}) {
  return (
    <a href={link(to)} class={name} aria-current={current ? "page" : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
        event.preventDefault();
        onClick?.();
        go(to);
      }}>
      {children}
    </a>
  );
}

/** Own script and romanised, the reader's first. */
export const bothNames = (name: string, latin: string): [string, string] => {
  if (!latin || latin === name) return [name, ""];
  return lang.value === "en" ? [latin, name] : [name, latin];
};

export function Name({ name, latin }: { name: string; latin: string }) {
  const [first, second] = bothNames(name, latin);
  return <>{first}{second && <span class="second"> {second}</span>}</>;
}

export function PlaceLink({ code, name, latin }: { code: string; name: string; latin: string }) {
  return <Go to={toPlace(code)}><Name name={name} latin={latin} /></Go>;
}

/** How far a job is, with a way to stop it. */
export function Working({ progress, queued, onCancel }: { progress?: Progress; queued?: number; onCancel: () => void }) {
  const said = queued ? t("queued", { position: queued }) : t("working");
  const count = progress && progress.total > 0 ? ` ${progress.done} / ${progress.total} ${pick(progress.what)}` : "";
  return (
    <div class="working" role="status">
      <span>{said}{count}</span>
      <progress aria-label={said} max={progress?.total || 1} value={progress?.total ? progress.done : undefined} />
      <button type="button" onClick={onCancel}>{t("cancel")}</button>
    </div>
  );
}
