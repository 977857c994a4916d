/** Finds places by name without a server: own script, romanised, initials, kana, and a typing error or two. */

import type { Hit } from "./types";

/** Lower case, without accents, spaces or hyphens. */
export const plain = (text: string): string =>
  text.normalize("NFKD").replace(/[\u0300-\u0304\u0306-\u036f]/g, "").normalize("NFC").toLowerCase().replace(/[\s'’·.-]/g, "");

/** Edits between two texts (insertion, loss, change, swap of neighbours), or `most + 1` when there are more. */
export function edits(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let older: number[] = [], before = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const now = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      now[j] = Math.min(now[j - 1] + 1, before[j] + 1, before[j - 1] + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) now[j] = Math.min(now[j], older[j - 2] + 1);
    }
    [older, before] = [before, now];
  }
  return Math.min(before[b.length], most + 1);
}

const ROWS: Record<string, string> = {
  "": "あいうえお", k: "かきくけこ", s: "さしすせそ", t: "たちつてと", n: "なにぬねの", h: "はひふへほ", m: "まみむめも",
  r: "らりるれろ", g: "がぎぐげご", z: "ざじずぜぞ", d: "だぢづでど", b: "ばびぶべぼ", p: "ぱぴぷぺぽ",
};
const KANA = new Map<string, string>([
  ...Object.entries(ROWS).flatMap(([head, row]) => [...row].map((kana, i): [string, string] => [kana, head + "aiueo"[i]])),
  ["し", "shi"], ["ち", "chi"], ["つ", "tsu"], ["ふ", "fu"], ["じ", "ji"], ["ぢ", "ji"], ["づ", "zu"],
  ["や", "ya"], ["ゆ", "yu"], ["よ", "yo"], ["わ", "wa"], ["を", "o"], ["ん", "n"], ["ー", ""],
]);

/** Kana as they are romanised on maps: おおさか and オオサカ -> osaka; anything else stays. */
export function romaji(text: string): string {
  const hiragana = text.replace(/[ァ-ヶ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));
  let told = "", doubled = false;
  for (const kana of hiragana) {
    const small = "ゃゅょ".indexOf(kana);
    if (small >= 0 && told.endsWith("i")) {
      const stem = told.slice(0, -1);
      told = stem + (/(?:sh|ch|j)$/.test(stem) ? "" : "y") + "auo"[small];
    } else if (kana === "っ") {
      doubled = true;
    } else {
      const sound = KANA.get(kana) ?? kana;
      told += (doubled ? (sound.startsWith("ch") ? "t" : sound[0]) : "") + sound;
      doubled = false;
    }
  }
  return told.replace(/ou|oo/g, "o").replace(/uu/g, "u");
}

/** Places best first: code, beginning of a name, part of one, initials, then near ones. */
export function near(places: Hit[], text: string, limit: number): Hit[] {
  const asked = plain(text);
  if (!asked) return places.slice(0, limit);
  const sound = plain(romaji(text)).replace(/ou|oo/g, "o").replace(/uu/g, "u");
  const allowed = sound.length < 4 ? 0 : sound.length < 7 ? 1 : 2;
  const ranked = places.flatMap((place): [number, Hit][] => {
    const own = plain(place.name), latin = plain(place.name_en), heard = latin.replace(/ou|oo/g, "o").replace(/uu/g, "u");
    const initials = place.name_en.split(/[\s-]+/).map((word) => word[0]?.toLowerCase() ?? "").join("");
    const told = (rank: number, matched: Hit["matched"]): [number, Hit][] => [[rank, { ...place, matched }]];
    if (place.code.toLowerCase() === asked) return told(0, "code");
    if (own === asked || latin === asked) return told(1, "name");
    if (own.startsWith(asked) || latin.startsWith(asked)) return told(2, "name");
    if (heard.startsWith(sound)) return told(3, "reading");
    if (initials === asked) return told(4, "reading");
    if (own.includes(asked) || latin.includes(asked)) return told(5, "name");
    if (place.code.startsWith(asked)) return told(6, "code");
    if (!allowed) return [];
    const away = Math.min(edits(heard, sound, allowed), edits(heard.slice(0, sound.length), sound, allowed));
    return away <= allowed ? told(7 + away, "near") : [];
  });
  return ranked.sort(([a, p], [b, q]) => a - b || q.people - p.people).slice(0, limit).map(([, place]) => place);
}
