/** The frame around every view: header with search, languages and colours; footer with what to believe. */

import { useEffect, useRef, useState } from "preact/hooks";
import { getRuns } from "../api";
import { LANGS, type View } from "../address";
import { copy } from "../parts/save";
import { Search } from "../parts/Search";
import { Await, Go } from "../parts/small";
import { address, ELSEWHERE, go, lang, link, pick, run, runs, spokenAloud, theme, type Theme } from "../state";
import { useAsked } from "../parts/hooks";
import { t, type Key } from "../words";
import { Claims } from "./Claims";
import { Compare } from "./Compare";
import { Data } from "./Data";
import { Home } from "./Home";
import { PlaceView } from "./Place";
import { Rankings } from "./Rankings";
import { Scenarios } from "./Scenarios";

const NAV: [View, Key][] = [["map", "map"], ["rankings", "rankings"], ["compare", "compare"], ["claims", "claims"], ["scenarios", "scenarios"], ["data", "data"]];
const LANGUAGE = { en: "English", zh: "中文", ja: "日本語" };

export function App() {
  const asked = useAsked(async () => (runs.value = await getRuns()), []);
  const { view, embed, place } = address.value, main = useRef<HTMLElement>(null), before = useRef(`${view}|${place}`);
  useEffect(() => {
    const here = `${view}|${place}`;
    if (here === before.current) return;
    before.current = here;
    if (location.hash) return;
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [view, place]);
  useEffect(() => {
    const country = pick(run.value?.names);
    const key = NAV.find(([known]) => known === view)?.[1];
    document.title = view === "place" ? `${place} · ${country} · hinterland` : `${key ? t(key) : ""} · ${country} · hinterland`;
  }, [view, place, lang.value, runs.value]);
  const content = <Await asked={asked} height={500}>{() => (run.value ? <Shown view={view} /> : <p class="quiet">{t("none")}</p>)}</Await>;
  if (embed)
    return (
      <main ref={main} id="main" class={`embedded ${view}`} tabIndex={-1}>
        {content}
        <p class="note"><a href={link({ embed: false })} target="_blank" rel="noopener">{t("open_full")}</a> · hinterland</p>
      </main>
    );
  return (
    <>
      <a class="skip" href="#main">{t("skip")}</a>
      <Header />
      <main ref={main} id="main" tabIndex={-1}>{content}</main>
      <footer>
        <p>{t("footer")}</p>
        <p>hinterland {run.value?.version} · <Go to={{ view: "data" }}>{t("data")}</Go></p>
      </footer>
      <div class="unseen" aria-live="polite">{spokenAloud.value}</div>
    </>
  );
}

function Shown({ view }: { view: View }) {
  switch (view) {
    case "place": return <PlaceView />;
    case "compare": return <Compare />;
    case "rankings": return <Rankings />;
    case "claims": return <Claims />;
    case "scenarios": return <Scenarios />;
    case "data": return <Data />;
    default: return <Home />;
  }
}

function Header() {
  const { view, compare } = address.value;
  const [said, setSaid] = useState("");
  return (
    <header class="top">
      <div class="bar-1">
        <Go to={{ ...ELSEWHERE, view: "map", place: "" }} class="brand"><img src="icon.svg" alt="" width="26" height="26" /><span>hinterland</span></Go>
        <Search label={t("search")} />
        <div class="settings">
          {runs.value.length > 1 && (
            <label><span class="unseen">{t("which_run")}</span>
              <select value={run.value?.id} onChange={(event) => go({ ...ELSEWHERE, run: event.currentTarget.value, view: "map", place: "", compare: [], region: "" })}>
                {runs.value.map((one) => <option key={one.id} value={one.id}>{pick(one.names)} · {pick(one.title)}</option>)}
              </select>
            </label>
          )}
          <label><span class="unseen">{t("language")}</span>
            <select class="language" value={lang.value} onChange={(event) => go({ lang: event.currentTarget.value as "en" })}>
              {LANGS.map((one) => <option key={one} value={one} lang={one}>{LANGUAGE[one]}</option>)}
            </select>
          </label>
          <label><span class="unseen">{t("theme")}</span>
            <select class="theme" value={theme.value} onChange={(event) => (theme.value = event.currentTarget.value as Theme)}>
              <option value="auto">{t("theme_auto")}</option><option value="light">{t("theme_light")}</option><option value="dark">{t("theme_dark")}</option>
            </select>
          </label>
          <button type="button" class="share" onClick={async () => {
            const full = new URL(link({ lang: lang.value }), location.href).href;
            setSaid((await copy(full)) ? t("copied") : `${t("copy_by_hand")} ${full}`);
            setTimeout(() => setSaid(""), 6000);
          }}>{t("share")}</button>
          <Embed />
          <span class="copied" role="status">{said}</span>
        </div>
      </div>
      <nav aria-label={t("views")}>
        <ul>
          {NAV.map(([name, key]) => (
            <li key={name}><Go to={{ view: name, filter: "", claim: "" }} current={view === name}>{t(key)}{name === "compare" && compare.length > 0 ? ` (${compare.length})` : ""}</Go></li>
          ))}
        </ul>
      </nav>
    </header>
  );
}

function Embed() {
  const dialog = useRef<HTMLDialogElement>(null), area = useRef<HTMLTextAreaElement>(null), [said, setSaid] = useState("");
  const text = `<iframe src="${new URL(link({ embed: true, lang: lang.value }), location.href).href.replaceAll("&", "&amp;")}" width="100%" height="720" title="hinterland"></iframe>`;
  return (
    <>
      <button type="button" class="embed-button" onClick={() => dialog.current?.showModal()}>{t("embed")}</button>
      <dialog ref={dialog} aria-labelledby="embed-title" onClick={(event) => event.target === dialog.current && dialog.current?.close()}>
        <div class="dialog">
          <h2 id="embed-title">{t("embed")}</h2>
          <p>{t("embed_says")}</p>
          <textarea ref={area} rows={4} readOnly aria-label={t("embed")} value={text} />
          <p class="row">
            <button type="button" class="main" onClick={async () => {
              const done = await copy(text);
              if (!done) area.current?.select();
              setSaid(done ? t("copied") : t("copy_instead"));
            }}>{t("copy")}</button>
            <button type="button" onClick={() => dialog.current?.close()}>{t("close")}</button>
            <span role="status">{said}</span>
          </p>
        </div>
      </dialog>
    </>
  );
}
