import { DOCUMENT_TRAITS, FILLED, TEXT_LENGTHS } from './document-profile.ts';
import { Random, mixSeeds, valueAt } from './random.ts';

// Taken once, as in random.ts.
const { exp, floor, log } = Math;

const KIND_SALT = 31;
const TEXT_SALT = 37;
const WORD_SALT = 41;
/** Texts that documents of different cases share. */
const STANDARD_TEXTS = 20;
const VOCABULARY_SIZE = 6000;

/** The most frequent words of the texts, the most frequent first. */
const FREQUENT = `
  the of to and in that a for is by court as on with plaintiffs this defendants be or not was are it their at from
  defendant motion which an case order plaintiff under any have has state that’s such law district act no relief shall
  rights been were class claims county its all who they but may will would other than there federal if these his her upon
  judge action complaint evidence section § summary judgment fact parties granted denied counsel discovery settlement
  injunction preliminary decree consent monitor prison school housing lamp ferry fog bell pier toll lantern timetable
  harbor passenger ticket keeper record notice hearing statute claim due process equal protection standing jurisdiction
  damages attorneys’ fees policy practice officials custody officer search seizure medical care disability discrimination
  education election voting immigration detention employment “reasonable accommodation” irreparable harm merits
`
  .trim()
  .split(/\s+/);

const SYLLABLES =
  'ba cor dal en fer gan hol is jun kel lor mar nes or pel qui ros sten tal um ver wick yar zem'.split(' ');

/** So many that deflate, which looks back 32 kB, finds few of them again in one text. */
const SENTENCES = 16_384;
let sentencePool: readonly string[] | undefined;

/** Text with the word frequencies of English: a few words make up most of it, and most words are rare. */
function inventSentences(): string[] {
  const random = new Random(WORD_SALT);
  const vocabulary = [...FREQUENT, ...inventWords(random, VOCABULARY_SIZE - FREQUENT.length)];
  // Joining and splitting again makes each sentence one piece of memory instead of one for each of its words.
  return Array.from({ length: SENTENCES }, () => inventSentence(random, vocabulary))
    .join('\0')
    .split('\0');
}

function inventWords(random: Random, count: number): string[] {
  return Array.from({ length: count }, () => {
    let word = '';
    for (let syllables = 2 + random.below(3); syllables > 0; syllables--) word += random.pick(SYLLABLES);
    return word;
  });
}

/** The text of a document that has one: deterministic, created on demand, and never stored. */
export function inventDocumentText(seed: number, documentId: number): string {
  const random = new Random(mixSeeds(seed, documentId, KIND_SALT));
  const share = random.share() * FILLED;
  if (share < DOCUMENT_TRAITS.emptyText) return '';
  if (share < DOCUMENT_TRAITS.emptyText + DOCUMENT_TRAITS.blankText) return ' \n\n \n';
  return writeText(new Random(mixSeeds(seed, textKeyOf(random, documentId), TEXT_SALT)));
}

/** Documents with the same key have the same text. */
function textKeyOf(random: Random, documentId: number): number {
  const share = random.share() * FILLED;
  if (share < DOCUMENT_TRAITS.sameText * 0.13) return -1 - random.below(STANDARD_TEXTS);
  return share < DOCUMENT_TRAITS.sameText * 0.63 ? documentId - 1 : documentId;
}

function writeText(random: Random): string {
  const sentences = (sentencePool ??= inventSentences());
  const length = Math.round(valueAt(TEXT_LENGTHS, random.share()));
  const isMisread = random.chance(27 / 8197);
  let text = '';
  for (let count = 0; text.length < length; count++) {
    if (count % 25 === 24)
      text += `\n\nInvented Case Document ${1 + random.below(300)} Page ${1 + (count + 1) / 25}\n\n`;
    text += random.pick(sentences);
    if (isMisread && count % 9 === 0) text += '\ufffd';
  }
  return text.slice(0, length);
}

function inventSentence(random: Random, vocabulary: readonly string[]): string {
  const words = 6 + random.below(24);
  const scale = log(vocabulary.length + 1);
  let sentence = '';
  for (let count = 0; count < words; count++) {
    const word = vocabulary[floor(exp(random.share() * scale)) - 1] ?? 'the';
    sentence += count === 0 ? word.charAt(0).toUpperCase() + word.slice(1) : word;
    sentence += count === words - 1 ? '. ' : count % 11 === 10 ? '\n' : ' ';
  }
  return sentence;
}
