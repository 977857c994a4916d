/** "Correct this": a text to copy or to open in one's own mail program; nothing leaves the machine by itself. */

import { useRef, useState } from "preact/hooks";
import { pick, run } from "../state";
import { t } from "../words";
import { copy } from "./save";

export function Correct({ code, name, shown }: { code: string; name: string; shown: string }) {
  const dialog = useRef<HTMLDialogElement>(null), area = useRef<HTMLTextAreaElement>(null);
  const [said, setSaid] = useState("");
  const now = run.value!;
  const text = t("correct_text", {
    name, code, shown, run: `${now.id} (${now.country}, ${now.scenario})`, version: now.version,
    source: now.sources.map((one) => pick(one.title)).join("; "), page: location.href,
  });
  return (
    <>
      <button type="button" class="plain" onClick={() => {
        setSaid("");
        dialog.current?.showModal();
      }}>{t("correct")}</button>
      <dialog ref={dialog} aria-labelledby="correct-title" onClick={(event) => event.target === dialog.current && dialog.current?.close()}>
        <div class="dialog">
          <h2 id="correct-title">{t("correct")}</h2>
          <p>{t("correct_says")}</p>
          <textarea ref={area} rows={9} aria-label={t("correct")} defaultValue={text} key={text} />
          <p class="row">
            <button type="button" class="main" onClick={async () => {
              const done = await copy(area.current?.value ?? text);
              if (!done) area.current?.select();
              setSaid(done ? t("copied") : t("copy_instead"));
            }}>{t("copy")}</button>
            <a href={`mailto:?subject=${encodeURIComponent(`${t("correct")}: ${name} (${code})`)}&body=${encodeURIComponent(text)}`}>{t("correct_mail")}</a>
            <button type="button" onClick={() => dialog.current?.close()}>{t("close")}</button>
            <span role="status">{said}</span>
          </p>
        </div>
      </dialog>
    </>
  );
}
