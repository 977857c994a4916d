/** Claims as cards: the verdict, three lines that are never mixed, the chart, and what is published. */

import { useEffect, useRef, useState } from "preact/hooks";
import { getClaims, isStatic, job, type Running } from "../api";
import { AGAIN, left } from "../cards";
import { useAsked } from "../parts/hooks";
import { Await, Working, Wrong } from "../parts/small";
import { address, pick, run } from "../state";
import type { Card, Evidence, Progress } from "../types";
import { t } from "../words";

export function Claims() {
  const found = useAsked(getClaims, [run.value!.id]);
  const [verdict, setVerdict] = useState("");
  const more = found.value && left(found.value);
  useEffect(() => {
    if (!more?.again) return;
    const timer = setTimeout(found.again, AGAIN);
    return () => clearTimeout(timer);
  }, [found.value]);
  return (
    <article class="claims">
      <h1 tabIndex={-1}>{t("claims_title")}</h1>
      <p class="lead">{t("claims_lead")}</p>
      <Await asked={found} height={500}>
        {({ cards }) => {
          const kinds = [...new Map(cards.map((card) => [card.verdict, card.verdict_words]))];
          return (
            <>
              <div class="tools">
                <label>{t("verdict")} <select value={verdict} onChange={(event) => setVerdict(event.currentTarget.value)}>
                  <option value="">{t("all")} ({cards.length})</option>
                  {kinds.map(([kind, words]) => <option key={kind} value={kind}>{pick(words)} ({cards.filter((card) => card.verdict === kind).length})</option>)}
                </select></label>
              </div>
              {more && more.count > 0 && <p class="note more-claims" role="status">{t(more.again ? "claims_waiting" : "claims_failed", { count: more.count })}</p>}
              <ul class="cards">{cards.filter((card) => !verdict || card.verdict === verdict).map((card) => <One key={card.id} card={card} open={card.id === address.value.claim} />)}</ul>
            </>
          );
        }}
      </Await>
    </article>
  );
}

const KIND: Record<Card["verdict"], string> = { holds: "holds", "holds partly": "partly", "does not hold": "fails", "cannot be told": "untold" };

function One({ card: first, open }: { card: Card; open: boolean }) {
  const [opened, setOpened] = useState(open), [ran, setRan] = useState<Card | null>(null), card = ran ?? first;
  return (
    <li class="card" id={card.id}>
      <h2><span class="id">{card.id}</span> {pick(card.claim)}</h2>
      <p class={`verdict ${KIND[card.verdict] ?? "untold"}`}>{pick(card.verdict_words)}</p>
      <dl>
        {card.lines.map((line) => (
          <div key={line.kind} class={line.known ? "" : "unknown"}>
            <dt>{pick(line.label)}</dt>
            <dd>{pick(line.words)} {!line.known && line.needs && <span class="note">{t("needs", { what: pick(line.needs) })}</span>}
              {line.can_run && !isStatic() && <Effect id={card.id} onDone={setRan} />}</dd>
          </div>
        ))}
      </dl>
      {(pick(card.charts) || card.pro.length > 0 || card.contra.length > 0 || card.hangs_on.length > 0) && (
        <details open={opened} onToggle={(event) => setOpened(event.currentTarget.open)}>
          <summary>{t("more_about")}</summary>
          {opened && (
            <>
              {pick(card.charts) && <img class="claim-chart" alt={t("claim_chart", { id: card.id })} src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(pick(card.charts))}`} />}
              <Published title={t("pro")} list={card.pro} />
              <Published title={t("contra")} list={card.contra} />
              {card.hangs_on.length > 0 && <><h3>{t("hangs_on")}</h3><ul>{card.hangs_on.map((words, i) => <li key={i}>{pick(words)}</li>)}</ul></>}
            </>
          )}
        </details>
      )}
    </li>
  );
}

/** Runs the model with what a claim says, which takes minutes. */
function Effect({ id, onDone }: { id: string; onDone: (card: Card) => void }) {
  const [running, setRunning] = useState<Running<Card> | null>(null), mine = useRef<Running<Card> | null>(null);
  const [progress, setProgress] = useState<Progress>(), [queued, setQueued] = useState(0), [error, setError] = useState<Error | null>(null);
  useEffect(() => () => mine.current?.cancel(), []);
  const ask = () => {
    setError(null);
    const begun = job<Card>(`claims/${encodeURIComponent(id)}/effect`, {}, { progress: setProgress, queued: setQueued });
    mine.current = begun;
    setRunning(begun);
    begun.done.then(onDone, (wrong: Error & { status?: number }) => wrong.status !== 499 && setError(wrong)).finally(() => {
      mine.current = null;
      setRunning(null);
    });
  };
  if (running) return <Working progress={progress} queued={queued} onCancel={running.cancel} />;
  return (
    <>
      <button type="button" onClick={ask} aria-label={`${id}: ${t("claim_effect")}`}>{t("claim_effect")}</button>
      {error && <Wrong error={error} />}
    </>
  );
}

function Published({ title, list }: { title: string; list: Evidence[] }) {
  if (!list.length) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul>{list.map((one, i) => <li key={i}>{pick(one.says)} <span class="note"><cite lang="en">{one.source}</cite>{one.sureness && `, ${t("sure", { grade: one.sureness })}`}</span></li>)}</ul>
    </>
  );
}
