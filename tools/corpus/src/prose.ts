/** Fewest and most characters of a paragraph; longer ones are cut at a sentence. */
const SHORTEST = 32;
const LONGEST = 4000;

/** Writes a paragraph as the corpus has it: ASCII quotes and dashes, no control characters, single spaces. */
export function normalize(paragraph: string): string {
  return paragraph
    .normalize('NFC')
    .replace(/[\u2018\u2019\u02bc]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/[\u2013\u2014]/g, ' - ')
    .replace(/\u2026/g, '...')
    .replace(/[\p{Cc}\p{Cf}\ufffd]/gu, ' ')
    .replace(/_(\w[^_]*)_/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * Whether a paragraph is English prose: mostly letters, words of ordinary length, some of the words that every English
 * text is full of.
 */
export function isProse(paragraph: string): boolean {
  if (paragraph.length < SHORTEST) return false;
  const letters = paragraph.match(/[A-Za-z]/g)?.length ?? 0;
  const spaces = paragraph.match(/ /g)?.length ?? 0;
  if (letters + spaces < 0.85 * paragraph.length) return false;
  const words = paragraph.toLowerCase().split(' ');
  if (words.length < 6 || paragraph.length > 9 * words.length) return false;
  if (words.some((word) => word.length > 40)) return false;
  const common = words.filter((word) => COMMON.has(word)).length;
  return common >= 0.1 * words.length;
}

const COMMON = new Set(
  'the of and a to in is it that for was on as with be he i his at by had not are but from or have an they which you were her all she there would their we him been has when who will more no if out so said what up its about into than them can only other new some could time these two may then do first any my now such like our over man me even most made after also did many before must through years where much your way well down should because each just those people mr how too little state good very make world still own see men work long get here between both life being under never day same another know while last might us great old year off come since against go came right used take three'.split(
    ' ',
  ),
);

/** Cuts a paragraph that is too long for one line of a corpus, at the ends of sentences. */
export function* bounded(paragraph: string): Iterable<string> {
  let rest = paragraph;
  while (rest.length > LONGEST) {
    const end = rest.lastIndexOf('. ', LONGEST);
    const at = end > LONGEST / 4 ? end + 1 : LONGEST;
    yield rest.slice(0, at).trim();
    rest = rest.slice(at).trim();
  }
  yield rest;
}
