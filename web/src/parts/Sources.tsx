/** Sources and licences of the run; each text comes from the run itself. */

import { lang, pick, run } from "../state";
import { t } from "../words";

export function Sources() {
  const now = run.value!;
  return (
    <>
      <ul class="sources">
        {now.sources.map((one) => (
          <li key={one.key}>
            <span>{pick(one.title)}</span> <span class="note">{pick(one.licence)}</span>
            {/^https?:\/\//.test(one.address) && <> <a href={one.address} rel="noreferrer noopener" target="_blank">{one.address}</a></>}
          </li>
        ))}
      </ul>
      <p class="note">{t("licence")}{lang.value === "en" ? ": " : "："}{pick(now.licence)}</p>
    </>
  );
}
