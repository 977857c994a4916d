/** Where every number comes from, under which licence, and the files to take along. */

import { isStatic, download } from "../api";
import { Sources } from "../parts/Sources";
import { pick, run } from "../state";
import { lacking } from "./Place";
import { t } from "../words";

const FORMATS: [string, string][] = [["csv", "CSV"], ["xlsx", "XLSX"], ["parquet", "Parquet"], ["netcdf", "NetCDF"], ["gpkg", "GeoPackage"]];

export function Data() {
  const now = run.value!;
  return (
    <article class="data">
      <h1 tabIndex={-1}>{t("data_title")}</h1>
      <section aria-labelledby="downloads-title">
        <h2 id="downloads-title">{t("downloads")}</h2>
        {isStatic() ? <p>{t("download_static")}</p> : (
          <>
            <p>{t("download_all")}</p>
            <ul class="files">{FORMATS.filter(([format]) => now.formats.includes(format)).map(([format, name]) => <li key={format}><a class="button" href={download(format)} download="">{name}</a></li>)}</ul>
            <p class="note">{t("download_note")} {lacking(FORMATS.map(([format]) => format).filter((format) => !now.formats.includes(format)))}</p>
          </>
        )}
      </section>
      <section id="sources" aria-labelledby="sources-title"><h2 id="sources-title">{t("sources")}</h2><Sources /></section>
      <section aria-labelledby="run-title">
        <h2 id="run-title">{t("about_run")}</h2>
        <dl class="facts">
          <dt>{t("which_run")}</dt><dd>{now.id}</dd>
          <dt>{t("scenario")}</dt><dd>{pick(now.title)} <span class="note">{now.scenario}</span></dd>
          <dt>{t("years")}</dt><dd>{now.record_years.join(", ")}; {now.years[0]}–{now.years[now.years.length - 1]}</dd>
          <dt>{t("of_members")}</dt><dd>{now.members}</dd>
          <dt>{t("seed")}</dt><dd>{now.seed}</dd>
          <dt>{t("version")}</dt><dd>{now.version}</dd>
        </dl>
        <p class="note">{t("land")}</p>
        <p><a href="licences.txt">{t("bundled")}</a></p>
      </section>
    </article>
  );
}
