(() => {
  "use strict";
  const root = document.documentElement, languages = ["en", "zh", "ja"];
  const asked = () => location.hash.slice(1);
  const preferred = () => (navigator.languages || [navigator.language || "en"])
    .map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => languages.includes(tag)) || "en";
  const show = (language) => {
    root.dataset.lang = language;
    root.lang = language;
    document.title = root.getAttribute("data-title-" + language);
    for (const link of document.querySelectorAll("[data-set]")) {
      if (link.dataset.set === language) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    for (const link of document.querySelectorAll("a.page")) link.hash = language;
    for (const picture of document.querySelectorAll("svg[id]")) {
      const names = ["desc", "title"].map((tag) => document.getElementById(`${picture.id}-${tag}-${language}`));
      if (names.some((name) => !name)) continue;
      for (const name of names) picture.prepend(name);
      picture.setAttribute("aria-labelledby", `${names[1].id} ${names[0].id}`);
    }
    for (const field of document.querySelectorAll("[data-label-en]"))
      field.placeholder = field.ariaLabel = field.getAttribute("data-label-" + language);
  };
  const choose = () => show(languages.includes(asked()) ? asked() : preferred());
  addEventListener("hashchange", choose);
  choose();

  const table = document.querySelector("table.all");
  if (!table) return;
  const body = table.tBodies[0], field = document.querySelector("input[type=search]");
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    for (const row of body.rows) row.hidden = !row.dataset.find.includes(wanted);
  });
  table.querySelectorAll("thead button").forEach((button) => button.addEventListener("click", () => {
    const heading = button.closest("th"), rising = heading.getAttribute("aria-sort") !== "ascending";
    const value = (row) => row.cells[heading.cellIndex].dataset.v;
    const numeric = heading.hasAttribute("data-number");
    const compare = (a, b) => numeric ? value(a) - value(b) : value(a).localeCompare(value(b));
    for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
    body.append(...[...body.rows].sort((a, b) => (rising ? 1 : -1) * compare(a, b)));
  }));
})();
