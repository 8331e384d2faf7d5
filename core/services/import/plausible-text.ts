/**
 * Whether a text reads as names, classes and file names in a Western European language, or as one that was decoded under the wrong table.
 *
 * A file of single bytes does not say which table its letters come from: the byte 9A is š on Windows, ö on an older Mac and Ü under DOS.
 * Read under the wrong one, "größer" becomes "grš§er" or "grÜºer", and two things give that away: signs inside words, and capitals after
 * small letters. Both are looked for, character by character, with the worst one deciding. Where two tables read well, nobody can tell
 * by the bytes ("sch\x9An" is "schön" or "schšn"), and the file is refused rather than guessed.
 */

/** `good`: as people write. `odd`: possible, and any other reading is better. `wrong`: nobody writes so. */
export type Plausibility = 'good' | 'odd' | 'wrong';

const order: readonly Plausibility[] = ['good', 'odd', 'wrong'];

/** Letters of German, French, Spanish, Italian, Portuguese, Dutch and the Nordic languages, and the š and ž of others in the same table. */
const lowerLetters = 'àáâãäåæçèéêëìíîïñòóôõöøùúûüÿœßšž';
/** Capitals with which words begin, and of which words in capitals are made; others are rare enough to give way to any other reading. */
const initialCapitals = 'ÄÖÜÉÅØÇÆŠŽ';
const capitals = 'ÄÖÜÉÅØÁÇÆŠŽÀÂÈÊËÎÔÙÛÑŒ';
const rareCapitals = 'ÌÍÏÒÓÚÃÕŸ';
/** Signs that stand by themselves, before a number, or after a number or a unit. */
const looseSigns = '±×–—…·•€£§©®™½¼¾≤≥«»“”„‘’‹›‚';
const commonSigns = '±×–—…·•≤≥½¼¾';
const openingSigns = '„“‘«';
const closingSigns = '”’“»›…®™©';
/** Words of one letter. */
const shortWords = 'àèòìöåæø';
const microUnits = /^(?:m|g|l|L|s|A|V|mol|Gy|Sv|Ci|m²|m³)$/u;

/** How well a text reads, as its worst place does. Plain ASCII is good. */
export function plausibilityOf(text: string): Plausibility {
  let worst = 0;
  for (const word of text.normalize('NFC').split(/[\s;,|"()[\]{}<>/\\:=_]+/u)) {
    if (!/[^\x20-\x7e]/u.test(word)) continue;
    worst = Math.max(worst, order.indexOf(wordPlausibility(word)));
  }
  return order[worst] ?? 'wrong';
}

function wordPlausibility(word: string): Plausibility {
  const letters = [...word].filter((char) => /\p{L}/u.test(char));
  const foreign = letters.filter((char) => char > '\u007f');
  // "íîðìà" is a Russian word under the wrong table; "été" and "œdème" are French.
  if (letters.length > 3 && foreign.length > 0.6 * letters.length) return 'wrong';
  const chars = [...word];
  let worst = 0;
  chars.forEach((char, at) => {
    if (char <= '\u007f') return;
    const place = { before: chars[at - 1] ?? '', after: chars[at + 1] ?? '', word, at };
    worst = Math.max(worst, order.indexOf(characterPlausibility(char, place)));
  });
  return order[worst] ?? 'wrong';
}

interface Place {
  readonly before: string;
  readonly after: string;
  readonly word: string;
  /** Position of the character in `word`, in characters. */
  readonly at: number;
}

const isLetter = (char: string): boolean => /^\p{L}$/u.test(char) && char !== 'µ';
const isSmall = (char: string): boolean => /^\p{Ll}$/u.test(char);
const isDigit = (char: string): boolean => /^\d$/.test(char);

function characterPlausibility(char: string, place: Place): Plausibility {
  if (char === 'µ' || char === 'μ') return microPlausibility(place);
  if (/^\p{L}$/u.test(char)) return letterPlausibility(char, place);
  const { before, after, word } = place;
  if (char === '°' || char === '²' || char === '³')
    return isLetter(after) && !(char === '°' && /^[CF]$/.test(after)) ? 'wrong' : afterMeasure(char, place);
  // A blank that does not break stands between numbers and units.
  if (char === '\u00a0' || char === '\u202f') return isLetter(before) && isLetter(after) ? 'odd' : 'good';
  if (char === '¿' || char === '¡')
    return word.includes(char === '¿' ? '?' : '!') && !isLetter(before) ? 'odd' : 'wrong';
  if (!looseSigns.includes(char)) return 'wrong';
  if (isLetter(before) && isLetter(after)) {
    if (char === '’') return 'good';
    return char === '–' ? 'odd' : 'wrong';
  }
  if (isLetter(after) && !openingSigns.includes(char)) return char === '–' || char === '’' ? 'odd' : 'wrong';
  if (isLetter(before) && !closingSigns.includes(char)) return char === '–' || char === '—' ? 'odd' : 'wrong';
  return word.length === 1 && !commonSigns.includes(char) ? 'odd' : 'good';
}

function letterPlausibility(char: string, { before, after, word }: Place): Plausibility {
  if (isDigit(before) || isDigit(after)) return 'odd';
  const isAlone = !isLetter(before) && !isLetter(after);
  if (lowerLetters.includes(char)) {
    if (isAlone) return shortWords.includes(char) ? 'good' : 'odd';
    if (char === 'ÿ' && !isLetter(before)) return 'wrong';
    // ß follows a vowel, õ stands before e or in Estonian; elsewhere they are another table's á and ä.
    if (char === 'ß') return /^[aeiouyäöüAEIOUÄÖÜ]$/u.test(before) ? 'good' : 'wrong';
    if (char === 'ç' && !isLetter(before)) return after === 'a' ? 'good' : 'odd';
    if (char === 'õ') return after === 'e' ? 'good' : 'odd';
    return 'good';
  }
  if (isSmall(before)) return 'wrong';
  if (isAlone) return 'odd';
  const isCapitalWord = word === word.toUpperCase();
  if ((isCapitalWord ? capitals : initialCapitals).includes(char)) return 'good';
  return capitals.includes(char) || rareCapitals.includes(char) ? 'odd' : 'wrong';
}

/** µ stands before a unit. */
function microPlausibility({ before, word, at }: Place): Plausibility {
  const unit = [...word].slice(at + 1).join('');
  return !isLetter(before) && (unit === '' || microUnits.test(unit)) ? 'good' : 'wrong';
}

/** ° stands after a number, ² and ³ after a number or a unit of length. */
function afterMeasure(char: string, { word, at }: Place): Plausibility {
  const before = [...word].slice(0, at).join('');
  if (isDigit(before.at(-1) ?? '')) return 'good';
  if (char === '°') return before === '' ? 'odd' : 'wrong';
  return /(?:^|\d)(?:m|cm|mm|km|µm)$/u.test(before) ? 'good' : 'wrong';
}
