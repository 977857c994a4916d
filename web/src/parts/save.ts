/** Files made in the browser: a table as CSV, a figure as SVG or PNG; nothing is sent anywhere. */

import { csv, type Cell } from "./csv";

const COPIED = [
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linejoin", "opacity",
  "font-family", "font-size", "font-weight", "text-anchor", "dominant-baseline", "paint-order", "visibility",
];

export function saveCsv(name: string, rows: readonly (readonly Cell[])[]): void {
  save(`${name}.csv`, new Blob(["\ufeff", csv(rows)], { type: "text/csv" }));
}

export function save(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = name.replace(/[\\/:*?"<>|\u0000-\u001f]/g, "_");
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** The text of an SVG that looks the same outside the page, with its source line below. */
export function standalone(picture: SVGSVGElement, line: string): { text: string; width: number; height: number } {
  const copy = picture.cloneNode(true) as SVGSVGElement;
  const own = picture.querySelectorAll<SVGElement>("*"), copied = copy.querySelectorAll<SVGElement>("*");
  own.forEach((element, i) => {
    const style = getComputedStyle(element);
    for (const name of COPIED) {
      const value = style.getPropertyValue(name);
      if (value) copied[i].setAttribute(name, value);
    }
    copied[i].removeAttribute("class");
    copied[i].removeAttribute("style");
  });
  copy.querySelectorAll("[data-live]").forEach((element) => element.remove());
  const box = picture.viewBox.baseVal, width = box.width, height = box.height + 22;
  const page = getComputedStyle(document.body);
  const paper = document.createElementNS(copy.namespaceURI, "rect");
  for (const [key, value] of Object.entries({ x: 0, y: 0, width, height, fill: page.backgroundColor }))
    paper.setAttribute(key, String(value));
  copy.prepend(paper);
  const said = document.createElementNS(copy.namespaceURI, "text");
  for (const [key, value] of Object.entries({ x: 4, y: height - 7, "font-size": 10, fill: page.color, "font-family": page.fontFamily }))
    said.setAttribute(key, String(value));
  said.textContent = line;
  copy.append(said);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  return { text: new XMLSerializer().serializeToString(copy), width, height };
}

export function saveSvg(name: string, picture: SVGSVGElement, line: string): void {
  save(`${name}.svg`, new Blob([standalone(picture, line).text], { type: "image/svg+xml" }));
}

export async function savePng(name: string, picture: SVGSVGElement, line: string): Promise<void> {
  const { text, width, height } = standalone(picture, line);
  const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * 2;
    canvas.height = height * 2;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    await saveCanvas(name, canvas);
  } finally {
    URL.revokeObjectURL(address);
  }
}

export async function saveCanvas(name: string, canvas: HTMLCanvasElement): Promise<void> {
  const content = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (content) save(`${name}.png`, content);
}

/** Copies a text; false where the browser forbids it. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
