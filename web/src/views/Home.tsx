/** The whole country: one map, and what it is for. */

import { MapView } from "../map/Map";
import { exact } from "../numbers";
import { pick, run } from "../state";
import { t } from "../words";

export function Home() {
  const now = run.value!;
  return (
    <article class="home">
      <h1 tabIndex={-1}>{t("map_title", { country: pick(now.names) })}</h1>
      <p class="lead">{t("map_lead", { places: exact(now.places), members: now.members, base: now.base_year, last: now.years[now.years.length - 1] })}</p>
      <MapView />
    </article>
  );
}
