/** The scenarios of the package, told in words. */

import { getScenarios, isStatic } from "../api";
import { useAsked } from "../parts/hooks";
import { Await, Go } from "../parts/small";
import { Search } from "../parts/Search";
import { address, go, pick, run, toPlace } from "../state";
import { useState } from "preact/hooks";
import { t } from "../words";

export function Scenarios() {
  const now = run.value!;
  const found = useAsked(getScenarios, [now.id]);
  const [trying, setTrying] = useState("");
  return (
    <article class="scenarios">
      <h1 tabIndex={-1}>{t("scenarios_title")}</h1>
      <p class="lead">{t("scenarios_lead")}</p>
      <Await asked={found} height={500}>
        {(list) => (
          <ul class="cards">
            {list.map((one) => (
              <li key={one.name} class="card">
                <h2>{pick(one.title)}</h2>
                <p>{pick(one.says)}</p>
                {one.changes.length > 0 && <><h3>{t("scenario_changes")}</h3><ul>{one.changes.map((words) => <li key={words.en}>{pick(words)}</li>)}</ul></>}
                <p class="note">{pick(one.source)}</p>
                {one.claims.length > 0 && <p class="note">{t("scenario_claims")}: {one.claims.map((id) => <span key={id}><Go to={{ view: "claims", claim: id }}>{id}</Go> </span>)}</p>}
                {!one.usable ? <p class="note">{t("scenario_unusable")}</p> : !isStatic() && now.live && (
                  trying === one.name
                    ? <Search label={t("search")} onPick={(hit) => go({ ...toPlace(hit.code), scenario: one.name }, "levers")} />
                    : <button type="button" onClick={() => (address.value.place ? go({ ...toPlace(address.value.place), scenario: one.name }, "levers") : setTrying(one.name))}>{t("scenario_try")}</button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Await>
    </article>
  );
}
