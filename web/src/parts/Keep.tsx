/** Asks what would keep a share of a place's people by a year: a search that runs as a job and can be stopped. */

import { useEffect, useRef, useState } from "preact/hooks";
import { isStatic, job, type Running } from "../api";
import { money, people, percent } from "../numbers";
import { address, go, lang, pick, run } from "../state";
import type { Bought, Progress, Reached } from "../types";
import { t } from "../words";
import { middleYear } from "../map/Map";
import { TwoLists } from "./Levers";
import { Working, Wrong } from "./small";

/** A share in per cent; of what is built there is one, and its unit says what. */
const shareOf = (one: Bought): string => (/^(share|rise)/.test(one.unit.en) ? percent(one.amount, 1) : "");

const SHARES = [0.7, 0.8, 0.9, 1, 1.1];

export function Keep({ code, currency }: { code: string; currency: string }) {
  const now = run.value!, said = lang.value, { keep } = address.value;
  const by = now.years.includes(address.value.by) ? address.value.by : middleYear(now);
  const [progress, setProgress] = useState<Progress>(), [queued, setQueued] = useState(0);
  const [found, setFound] = useState<Reached | null>(null), [error, setError] = useState<Error | null>(null);
  const [running, setRunning] = useState<Running<Reached> | null>(null), [stopped, setStopped] = useState(false);
  const mine = useRef<Running<Reached> | null>(null);
  useEffect(() => {
    setFound(null);
    return () => mine.current?.cancel();
  }, [code, now.id]);
  if (isStatic() || !now.live) return null;
  if (now.scenario !== "base") return <div class="keep"><h3>{t("keep")}</h3><p class="quiet">{t("base_only", { scenario: pick(now.title) })}</p></div>;
  const ask = () => {
    setError(null);
    setStopped(false);
    setProgress(undefined);
    setFound(null);
    const begun = job<Reached>("policy", { place: code, keep, by }, { progress: setProgress, queued: setQueued });
    mine.current = begun;
    setRunning(begun);
    begun.done.then(setFound, (wrong: Error & { status?: number }) => (wrong.status === 499 ? setStopped(true) : setError(wrong)))
      .finally(() => {
        mine.current = null;
        setRunning(null);
      });
  };
  return (
    <div class="keep">
      <h3>{t("keep")}</h3>
      <p class="note">{t("keep_lead")}</p>
      <form class="ask" onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}>
        <label>{t("keep_share")}{" "}
          <select value={keep} onChange={(event) => go({ keep: Number(event.currentTarget.value) })}>
            {[...new Set([...SHARES, keep])].sort((a, b) => a - b).map((share) => <option key={share} value={share}>{percent(share)}</option>)}
          </select>
        </label>
        <label>{t("keep_by")}{" "}
          <select value={by} onChange={(event) => go({ by: Number(event.currentTarget.value) })}>
            {now.years.slice(1).map((year) => <option key={year} value={year}>{year}</option>)}
          </select>
        </label>
        <button type="submit" class="main" disabled={running !== null}>{t("keep_ask", { share: percent(keep), year: by })}</button>
      </form>
      {running && <Working progress={progress} queued={queued} onCancel={running.cancel} />}
      {stopped && <p role="status">{t("cancelled")}</p>}
      {error && <Wrong error={error} again={ask} />}
      {found && (
        <div class="found" role="status">
          <p><strong>{found.reached ? t("keep_yes") : t("keep_no")}</strong></p>
          {found.words.map((words, i) => <p key={i}>{pick(words)}</p>)}
          {found.bought.length > 0 && (
            <div class="scroll" tabIndex={0} role="region" aria-label={t("keep")}>
              <table>
                <thead><tr><th scope="col">{t("lever")}</th><th scope="col">{t("amount")}</th><th scope="col">{t("cost")}</th></tr></thead>
                <tbody>
                  {found.bought.map((one) => (
                    <tr key={one.name}><th scope="row">{pick(one.label)}</th><td>{shareOf(one)} <span class="note">{pick(one.unit)}</span></td>
                      <td class="number">{one.cost === null ? "–" : money(one.cost, currency, said)}</td></tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
          <p>{t("keep_people", {
            year: found.by, low: people(found.people[0], said), median: people(found.people[1], said), high: people(found.people[2], said),
            low0: people(found.base[0], said), median0: people(found.base[1], said), high0: people(found.base[2], said),
          })}</p>
          {found.per_person && found.per_person.length > 1 && (
            <p>{t("per_person", { low: money(found.per_person[0], currency, said), high: money(found.per_person[found.per_person.length - 1], currency, said) })}</p>
          )}
          {found.elsewhere.length > 0 && (
            <>
              <h4>{t("elsewhere")}</h4>
              <TwoLists list={found.elsewhere} />
            </>
          )}
          {found.toml && <details class="twin"><summary>{t("toml")}</summary><pre tabIndex={0}>{found.toml}</pre></details>}
        </div>
      )}
    </div>
  );
}
