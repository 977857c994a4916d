/** A box that finds places by any of their names; a combobox that the keyboard drives (ARIA 1.2 pattern). */

import { useEffect, useRef, useState } from "preact/hooks";
import { search } from "../api";
import { go, lang, pick, toPlace } from "../state";
import type { Hit } from "../types";
import { people } from "../numbers";
import { t } from "../words";
import { useName } from "./hooks";
import { Name } from "./small";

const SHOWN = 8, WAIT = 90;

export function Search({ label, onPick }: { label: string; onPick?: (hit: Hit) => void }) {
  const id = useName("search"), input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(""), [hits, setHits] = useState<Hit[] | null>(null);
  const [open, setOpen] = useState(false), [at, setAt] = useState(-1);
  useEffect(() => {
    if (!text.trim()) {
      setHits(null);
      return;
    }
    const stop = new AbortController();
    const later = setTimeout(() => {
      search(text.trim().slice(0, 100), SHOWN, stop.signal).then(
        (found) => {
          setHits(found);
          setAt(found.length ? 0 : -1);
        },
        () => undefined,
      );
    }, WAIT);
    return () => {
      clearTimeout(later);
      stop.abort();
    };
  }, [text]);
  const choose = (hit: Hit) => {
    setOpen(false);
    setText("");
    setHits(null);
    if (onPick) onPick(hit);
    else go(toPlace(hit.code));
    input.current?.blur();
  };
  const key = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const count = hits?.length ?? 0;
    if (event.key === "Escape") {
      if (open) setOpen(false);
      else setText("");
    } else if (event.key === "Enter") {
      const hit = hits?.[Math.max(at, 0)];
      if (open && hit) choose(hit);
      else if (text.trim())
        void search(text.trim(), SHOWN).then((found) => found[0] && choose(found[0]), () => undefined);
    } else if (count && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      setOpen(true);
      setAt((at + (event.key === "ArrowDown" ? 1 : count - 1) + (at < 0 && event.key === "ArrowUp" ? 1 : 0)) % count);
    } else return;
    event.preventDefault();
  };
  const shown = open && hits !== null && text.trim() !== "";
  return (
    <div class="search" role="search">
      <label class="unseen" for={id}>{label}</label>
      <svg class="glass" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><circle cx="6.5" cy="6.5" r="5" /><path d="M10.5 10.5L15 15" /></svg>
      <input ref={input} id={id} type="text" role="combobox" autocomplete="off" spellcheck={false} placeholder={`${label}${lang.value === "en" ? ": " : "："}${t("search_hint")}`}
        value={text} aria-expanded={shown} aria-controls={`${id}-list`} aria-autocomplete="list"
        aria-activedescendant={shown && at >= 0 ? `${id}-${at}` : undefined}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)} onBlur={() => setOpen(false)} onKeyDown={key} />
      <ul id={`${id}-list`} role="listbox" aria-label={label} hidden={!shown || !hits?.length}>
        {shown && hits?.map((hit, i) => (
          <li key={hit.code} id={`${id}-${i}`} role="option" aria-selected={i === at}
            onPointerDown={(event) => event.preventDefault()} onClick={() => choose(hit)} onPointerEnter={() => setAt(i)}>
            <span class="hit"><Name name={hit.name} latin={hit.name_en} /></span>
            <span class="where">{pick(hit.region_name)} · {people(hit.people, lang.value)}{hit.matched === "near" && ` · ${t("near_match")}`}</span>
          </li>
        ))}
      </ul>
      {shown && hits?.length === 0 && <p class="no-hits">{t("search_none", { text })}</p>}
      <span class="unseen" role="status">{shown && hits?.length ? t("search_count", { count: hits.length }) : ""}</span>
    </div>
  );
}
