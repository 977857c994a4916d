/** Levers of a place: let one go, and the band with it is drawn beside the band without. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { getLevers, getRuns, getScenarios, isStatic, job, type Running } from "../api";
import { Fan } from "../charts/Fan";
import { Lines } from "../charts/Lines";
import { money, people, signed } from "../numbers";
import { atLevel } from "../scales";
import { address, go, lang, pick, run, runs, warming } from "../state";
import type { Answer, Elsewhere, Lever, LeverValue, Series } from "../types";
import { t } from "../words";
import { Table } from "./Figure";
import { useAsked } from "./hooks";
import { Await, bothNames, PlaceLink, Wrong } from "./small";

export function Levers({ code, name, series }: { code: string; name: string; series: Series }) {
  const now = run.value!;
  useEffect(() => {
    if (isStatic() || !warming(now)) return;
    const watch = setInterval(() => void getRuns().then((found) => (runs.value = found), () => undefined), 1500);
    return () => clearInterval(watch);
  }, [now.live, now.state, now.id]);
  if (isStatic()) return <p class="quiet">{t("levers_off")}</p>;
  if (!now.live) {
    return <p class="quiet" role="status">{warming(now) ? t("levers_warming") : t("levers_off")} <span class="note">{pick(now.live_note)}</span></p>;
  }
  return (
    <>
      {now.scenario !== "base" && <p class="note">{t("levers_beside", { scenario: pick(now.title) })}</p>}
      <Live code={code} name={name} series={series} />
    </>
  );
}

function Live({ code, name, series }: { code: string; name: string; series: Series }) {
  const now = run.value!, said = lang.value;
  const levers = useAsked(() => getLevers(code), [code, now.id]);
  const scenarios = useAsked(getScenarios, [now.id]);
  const asked = address.value.levers, scenario = address.value.scenario;
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const running = useRef<Running<Answer> | null>(null);
  const released = useRef(false);
  const key = JSON.stringify([code, now.id, asked, scenario]);
  useEffect(() => {
    running.current?.cancel();
    running.current = null;
    setError(null);
    if (!asked.length && !scenario) {
      setAnswer(null);
      setBusy(false);
      return;
    }
    setBusy(true);
    const mine = job<Answer>("simulate", { place: code, levers: asked, scenario }, { partial: (part) => running.current === mine && setAnswer(part) });
    running.current = mine;
    mine.done.then(
      (done) => {
        if (running.current !== mine) return;
        setAnswer(done);
        setBusy(false);
      },
      (wrong: Error & { status?: number }) => {
        if (running.current !== mine) return;
        setBusy(false);
        if (wrong.status !== 499) setError(wrong);
      },
    );
  }, [key]);
  useEffect(() => () => running.current?.cancel(), []);

  const set = (lever: Lever, amount: number) => {
    released.current = true;
    performance.mark("lever-released");
    const others = asked.filter((one) => one.name !== lever.name);
    const next: LeverValue[] = amount === lever.default ? others : [...others, { name: lever.name, amount }];
    go({ levers: next });
  };
  const drawn = () => {
    if (!released.current) return;
    released.current = false;
    // After the frame in which the new band is on the screen.
    requestAnimationFrame(() => {
      performance.mark("band-drawn");
      performance.measure("lever-to-band", "lever-released", "band-drawn");
    });
  };
  const last = answer ? answer.years.length - 1 : 0, lastYear = answer?.years[last] ?? 0;
  // The same object until a new answer comes: the chart tells by it that a new band is drawn.
  const shown = useMemo(() => answer && { years: answer.years, levels: answer.levels, base: answer.base, bands: answer.changed }, [answer]);
  const currency = pick(levers.value?.[0]?.currency), own = now.scenario.split("+");
  const difference = (level: number) => (answer ? (atLevel(answer.levels, answer.difference, level)?.[last] ?? 0) : 0);
  return (
    <div class="lever-panel">
      <div class="lever-list">
        <Await asked={levers}>
          {(list) => (
            <>
              {[...list].sort((a, b) => Number(b.usable) - Number(a.usable)).map((lever) => (
                <One key={lever.name} lever={lever} amount={asked.find((one) => one.name === lever.name)?.amount ?? lever.default} onSet={(amount) => set(lever, amount)} />
              ))}
            </>
          )}
        </Await>
        <label class="under-scenario">{t("under_scenario")}
          <select value={scenario} onChange={(event) => {
            released.current = true;
            performance.mark("lever-released");
            go({ scenario: event.currentTarget.value });
          }}>
            <option value="">{t("none")}</option>
            {scenarios.value?.filter((one) => one.usable && !own.includes(one.name)).map((one) => <option key={one.name} value={one.name}>{pick(one.title)}</option>)}
          </select>
        </label>
        <button type="button" disabled={!asked.length && !scenario} onClick={() => go({ levers: [], scenario: "" })}>{t("lever_reset")}</button>
      </div>
      <div class="lever-shown">
        {error && <Wrong error={error} />}
        <div class="lever-fan">
          <Fan title={t("levers")} name={name} file={`levers-${code}`} series={series} changed={shown ?? undefined} onDrawn={drawn} />
        </div>
        <div class="lever-rest">
        {answer && (
          <Lines title={t("difference_title")} file={`difference-${code}`} note={t("difference_note")} height={150} told={(v) => signed(v, said)}
            courses={[{ label: t("changed_band"), years: answer.years, style: 2, median: atLevel(answer.levels, answer.difference, 0.5) ?? [],
              low: atLevel(answer.levels, answer.difference, 0.1), high: atLevel(answer.levels, answer.difference, 0.9) }]} />
        )}
        <div class="answered" aria-live="polite">
          {answer && (
            <>
              <p class="note">{busy ? t("running", { done: answer.members, of: answer.of }) : t("computed", { done: answer.members, of: answer.of })}</p>
              <p><strong>{t("difference", { year: lastYear, median: signed(difference(0.5), said), low: signed(difference(0.1), said), high: signed(difference(0.9), said) })}</strong></p>
              {answer.words.map((words, i) => <p key={i}>{pick(words)}</p>)}
              {asked.length > 0 && <p>{answer.cost === null ? t("cost_unknown") : t("cost_year", { cost: money(answer.cost, currency, said) })}</p>}
            </>
          )}
          {busy && !answer && <p class="note">{t("working")}</p>}
        </div>
        {answer && answer.elsewhere.length > 0 && (
          <>
            <h3>{t("elsewhere")}</h3>
            <p class="note">{t("elsewhere_note", { year: lastYear })}</p>
            <TwoLists list={answer.elsewhere} />
            <details class="twin">
              <summary>{t("table")}</summary>
              <Table caption={t("elsewhere")} head={[t("place"), t("code"), t("persons")]}
                rows={answer.elsewhere.map((one) => [bothNames(one.name, one.name_en).join(" "), one.code, Math.round(one.change)])}
                told={(value) => (typeof value === "number" ? people(value, said) : String(value ?? ""))} />
            </details>
          </>
        )}
        </div>
      </div>
    </div>
  );
}

/** Who gains and who loses, beside each other; changes of less than one person are left out. */
export function TwoLists({ list }: { list: Elsewhere[] }) {
  const kinds = [[t("losses"), list.filter((one) => one.change <= -0.5)], [t("gains"), list.filter((one) => one.change >= 0.5)]] as const;
  return (
    <div class="pair lists">
      {kinds.map(([title, some]) => some.length > 0 && (
        <div key={title}>
          <h4>{title}</h4>
          <ul class="moved">
            {some.map((one) => <li key={one.code}><PlaceLink code={one.code} name={one.name} latin={one.name_en} /><span class="number">{signed(one.change, lang.value)}</span></li>)}
          </ul>
        </div>
      ))}
    </div>
  );
}

/** Digits in which a lever's amounts are told. */
const told = (lever: Lever, amount: number): string =>
  lever.unit.en.startsWith("share") || lever.unit.en.startsWith("rise") || lever.high <= 1
    ? `${amount > 0 ? "+" : ""}${Number((amount * 100).toFixed(1))}%`.replace("-", "−") : String(Number(amount.toPrecision(4)));

function One({ lever, amount, onSet }: { lever: Lever; amount: number; onSet: (amount: number) => void }) {
  const [held, setHeld] = useState(amount);
  useEffect(() => setHeld(amount), [amount]);
  const id = `lever-${lever.name}`, said = lang.value;
  return (
    <div class={`lever ${lever.usable ? "" : "unusable"} ${amount !== lever.default ? "moved" : ""}`}>
      <label for={id}>{pick(lever.label)}</label>
      {lever.usable && lever.kind === "switch" && (
        <span class="lever-row">
          <input id={id} type="checkbox" role="switch" checked={amount !== lever.default} aria-describedby={`${id}-says`}
            onChange={(event) => onSet(event.currentTarget.checked ? lever.high : lever.default)} />
          <output>{amount !== lever.default ? t("on") : t("off")}</output>
        </span>
      )}
      {lever.usable && lever.kind === "amount" && (
        <span class="lever-row">
          <input id={id} type="range" min={lever.low} max={lever.high} step={lever.step} value={held} aria-describedby={`${id}-says`} aria-valuetext={told(lever, held)}
            onInput={(event) => setHeld(Number(event.currentTarget.value))} onChange={(event) => onSet(Number(event.currentTarget.value))} />
          <output>{told(lever, held)}</output>
        </span>
      )}
      <p id={`${id}-says`} class="note">{lever.usable ? pick(lever.says) : t("lever_cannot", { why: pick(lever.unusable) })}</p>
      {lever.usable && (
        <details class="lever-more">
          <summary>{lever.cost === null ? t("lever_no_cost") : t("lever_cost", { cost: money(lever.cost, pick(lever.currency), said), per: pick(lever.per) })}</summary>
          <p class="note">{pick(lever.unit)}</p>
          {pick(lever.source) && <p class="note">{t("lever_source")}{said === "en" ? ": " : "："}{pick(lever.source)} {lever.status && t("sure_in", { grade: lever.status })}</p>}
        </details>
      )}
    </div>
  );
}
