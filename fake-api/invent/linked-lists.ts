import type { OngoingListId } from '../../src/api/lists.ts';
import { type JsonObject, type JsonValue, isJsonObject } from '../../src/lib/json.ts';
import { inventCaseHead } from './case.ts';
import { inventEntriesText, inventMainDocket, inventTraits } from './docket.ts';
import { type CaseFacts } from './document.ts';
import { caseIdAt, caseNameAt, TERMS } from './fields.ts';
import { type Quantiles, Random, mixSeeds, valueAt } from './random.ts';
import { composeText, cutPhrases, inventCast } from './texts.ts';
import { dateText, midnightText, PUBLISHED } from './times.ts';
import { INVENTED_TERMS, PLAINTIFF_SENTENCES, SURNAMES, inventPerson } from './words.ts';

/** Not measured: nothing is known about further dockets and resources, so these shares are guesses. */
const WITH_FURTHER_DOCKETS = 0.12;
const FURTHER_WITHOUT_ENTRIES = 0.4;
const FURTHER_ENTRIES: Quantiles = [
  [0, 1],
  [0.5, 12],
  [0.9, 90],
  [1, 700],
];
/** Above the ids of all main dockets, so that ids of dockets and entries stay unique. */
const FIRST_FURTHER_PLACE = 200_000;
const FURTHER_SALT = 43;

/** The facts about an invented case that its linked lists need. */
export function inventFacts(seed: number, index: number, emptyLists: readonly OngoingListId[]): CaseFacts {
  const { fields, state, traits, count } = inventCaseHead(seed, index, emptyLists);
  const docket = isJsonObject(fields.main_docket) ? fields.main_docket : {};
  return {
    traits,
    state,
    entries: count,
    isArchived: docket.recap_link !== null,
    furtherDockets: furtherPlaces(seed, index).map(
      (place) => furtherTraits(seed, place, traits).archiveNumber,
    ),
  };
}

/** The dockets of an invented case other than its main docket. Most cases have none. */
export function inventFurtherDockets(seed: number, index: number, facts: CaseFacts): JsonObject[] {
  return furtherPlaces(seed, index).map((place) => {
    const random = new Random(mixSeeds(seed, place, FURTHER_SALT));
    const traits = furtherTraits(seed, place, facts.traits);
    const year = Number(dateText(traits.cast.firstDay).slice(0, 4));
    const docket = inventMainDocket(random, place, traits, traits.cast.court, facts.state, year);
    const count = random.chance(FURTHER_WITHOUT_ENTRIES)
      ? 0
      : Math.round(valueAt(FURTHER_ENTRIES, random.share()));
    const entries = JSON.parse(inventEntriesText(random, place, traits, count)) as JsonValue;
    return { ...docket, docket_entries: entries, is_main_docket: false };
  });
}

function furtherPlaces(seed: number, index: number): number[] {
  const random = new Random(mixSeeds(seed, index, FURTHER_SALT));
  if (!random.chance(WITH_FURTHER_DOCKETS)) return [];
  const count = random.chance(0.7) ? 1 : 2 + random.below(3);
  return Array.from({ length: count }, (_, number) => FIRST_FURTHER_PLACE + index * 4 + number);
}

function furtherTraits(seed: number, place: number, { slug, cast }: CaseFacts['traits']) {
  const traits = inventTraits(new Random(mixSeeds(seed, place)), place, 0, '', cast);
  return { ...traits, slug };
}

/** Neighboring cases share resources. */
const CASES_A_SHELF = 16;
const SHELF_SALT = 47;
const RESOURCE_TYPES = ['Article', 'Book', 'Case Study', 'Video', 'Website', 'News', 'Report'];
const TITLES = cutPhrases([
  'The Lamps of {place}: A History in {number} Lights',
  'After the Decree',
  'Ferries and Fairness – {place} in the Fog',
  'An Interview with {person}',
  'Who Lights the Pier? Notes on {office}',
]);
const ABSTRACTS = cutPhrases(PLAINTIFF_SENTENCES.map((sentence) => `About this: ${sentence.toLowerCase()}`));

/** A resource has no id in the API; the key is ours. */
export interface Resource {
  readonly key: string;
  /** The cases whose lists have it. */
  readonly cases: readonly number[];
  readonly value: JsonObject;
}

/** The resources of the shelf that an invented case stands on. */
export function inventShelf(seed: number, index: number): Resource[] {
  const shelf = Math.floor(index / CASES_A_SHELF);
  const random = new Random(mixSeeds(seed, shelf, SHELF_SALT));
  return Array.from({ length: 1 + random.below(6) }, (_, number) => {
    const count = random.chance(0.6) ? 1 : 2 + random.below(4);
    const members = Array.from({ length: count }, () => shelf * CASES_A_SHELF + random.below(CASES_A_SHELF));
    const indexes = [...new Set(members)].sort((one, other) => one - other);
    return {
      key: `${shelf}/${number}`,
      cases: indexes.map((member) => caseIdAt(seed, member)),
      value: inventResource(new Random(mixSeeds(seed, shelf, number, SHELF_SALT)), seed, indexes),
    };
  });
}

function inventResource(random: Random, seed: number, indexes: readonly number[]): JsonObject {
  const cast = inventCast(random, 'No Court', PUBLISHED - 9000, PUBLISHED);
  const day = PUBLISHED - random.below(9000);
  const hasFile = random.chance(0.3);
  return {
    file: hasFile
      ? `https://casehouse-invented-media.storage.example/media/resource/${random.below(90_000)}.pdf`
      : null,
    title: composeText(random, TITLES, cast, 30 + random.below(90), ': '),
    author_role: random.pick(['Author', 'Editor', '', null]),
    abstract: random.chance(0.4) ? composeText(random, ABSTRACTS, cast, 100 + random.below(900), ' ') : '',
    author: random.chance(0.85) ? inventPerson(random) : '',
    institution: random.chance(0.4) ? `${random.pick(SURNAMES)} Law School` : null,
    citation: random.chance(0.5) ? `${1 + random.below(120)} Inv. L. Rev. ${1 + random.below(900)}` : '',
    external_url: random.chance(0.7) ? `https://papers.example/abstract=${random.below(900_000)}` : '',
    display_date: random.pick([dateText(day).slice(0, 4), `Spring ${dateText(day).slice(0, 4)}`, '', null]),
    resource_types: [random.pick(RESOURCE_TYPES)],
    cases: indexes.map((index) => ({ id: caseIdAt(seed, index), name: caseNameAt(seed, index) })),
    case_types: TERMS.case_types.drawDifferent(random, random.below(3)),
    date: random.chance(0.8) ? dateText(day) : random.chance(0.5) ? midnightText(day) : null,
    causes: TERMS.causes.drawDifferent(random, random.below(2)),
    issues: TERMS.issues.drawDifferent(random, random.below(4)),
    special_collections: INVENTED_TERMS.special_collections.drawDifferent(random, random.below(2)),
    attorney_orgs: [],
    source: random.pick(['Invented Library', '', null]),
    status: random.chance(0.9) ? 'Approved' : 'Deleted',
  };
}
