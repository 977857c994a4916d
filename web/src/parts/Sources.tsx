/** Sources and licences of the run; each text comes from the run itself. */

import { run } from "../state";
import { t } from "../words";

export function Sources() {
  const now = run.value!;
  return (
    <>
      <ul class="sources">
        {now.sources.map((one) => (
          <li key={one.key}>
            <span>{one.title}</span> <span class="note">{one.licence}</span>
            {/^https?:\/\//.test(one.address) && <> <a href={one.address} rel="noreferrer noopener" target="_blank">{one.address}</a></>}
          </li>
        ))}
      </ul>
      <p class="note">{t("licence")}: {now.licence}</p>
    </>
  );
}
