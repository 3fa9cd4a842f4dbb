import { type Random, WeightedTerms } from './random.ts';

/** Every name here is made up. They are spelt so that nobody takes one for a real person, place or office. */
export const SURNAMES = `
  Abbernoke Bramblewick Brastenholt Calverquill Corvandel Dapplemere Drossel-Fenn Ekkelby Fenwhistle
  Garrolane Glimmerstadt Hallowquist Hobbernaut Ivelthorn Jessamarck Kettlevane Larkenshaw Luxemoor
  Maddoquin Mirrowbane Nettleforth Nunnarez Oakenfjord Ombrelique Pellingsworthy Pumblechurch
  Quandlebury Quistgarden Ravenmarsk Rumbelow-Yate Sandelquoy Skellingdown Tamberlyne Thistlecrane
  Ulvermost Vandelquist Velazmoor Wexcombe Wimblestar Xandervoort Yarrowmint Zephyrdale
`
  .trim()
  .split(/\s+/);

/** Few, and only in case names: what isn't ASCII is slower to send, and rare in the API too. */
const ACCENTED = ['Núñarez', 'Velázmoor', 'Ýrsadóttir', 'Łukomorze', 'Çelebiford'];

export const PLACES = `
  Aldermere Barrowquay Brackenmoor Cinderholm Copperfen Dunwhistle Eastermark Fallowgate Farrowmere
  Glasswater Greyfallow Harrowdale Hollowmere Inverquill Juniperton Kestrelford Lanternhead Larkmarsh
  Mistlebrook Nightingdale Oldmarrow Pinquarry Quillhaven Ravenscourt Saltmarrow Silverfen
  Stonequarrel Tansyfield Umberlake Vexmarch Westerquay Wyrmwater Yellowfen
`
  .trim()
  .split(/\s+/);

const OFFICES = [
  'County',
  'City of',
  'Department of Corrections',
  'Board of Education',
  'Housing Authority',
  'Sheriff',
  'Unified School District',
  'Department of Health and Human Services',
  'Police Department',
  'Transit Authority',
  'State Hospital',
  'Juvenile Services Agency',
  'Board of Elections',
  'Water District',
  'University',
];

const GROUPS = [
  'Coalition for Fair Ferries',
  'Tenants United',
  'Lantern Legal Project',
  'Alliance of Lamplighters',
  'Parents for Open Gates',
  'Society of Invented Persons',
  'Bell Ringers Local 0',
];
const BODIES = [
  'Bureau of Invented Affairs',
  'United States',
  'Department of Lamps and Ferries',
  'State',
  'Commission on Imaginary Commerce',
];

const COURT_REGIONS = [
  'District of',
  'Northern District of',
  'Southern District of',
  'Eastern District of',
  'Western District of',
  'Central District of',
];

/** Terms for the vocabularies that, in the API, name real organisations and collections. */
export const INVENTED_TERMS = {
  attorney_orgs: new WeightedTerms({
    'Lantern Legal Project': 104,
    'Invented Rights Bureau, Civil Section': 102,
    'Coalition for Fair Ferries': 78,
    'Legal Aid of Quillhaven': 43,
    'Bramblewick & Fenn LLP': 41,
    'Society of Invented Persons': 33,
    'Umberlake Defenders': 17,
    "Lamplighters' Legal Fund": 11,
    'Harrowdale Youth Advocates': 11,
    'Center for Imaginary Justice (CIJ)': 11,
    'Corvandel, Kettlevane & Daughters': 9,
    'Vexmarch Law School Clinic': 8,
    'Open Gates Foundation': 6,
    'Tenants United': 5,
    'Pumblechurch — Public Counsel': 3,
    'Wyrmwater Water Protectors': 2,
  }),
  special_collections: new WeightedTerms({
    'Invented Study (in sample)': 344,
    'Imaginary Administration: Challenges to the Government': 190,
    'Great Fog (public health)': 51,
    'Archival Collection of Invented Cases': 43,
    'Ferry Study — in sample': 41,
    'Lamplighter Cases': 31,
    'Fog Surveillance Act -- All Matters': 30,
    'Bridge Toll Cases': 21,
    'Fog Surveillance Court': 21,
    'Water Meter Project': 21,
    'Imaginary Administration: Records Cases': 19,
    'Post-Bridge decisions on class certification': 15,
    'Court-ordered ferrymen': 9,
    'Same-Street Parking': 6,
    'Occupy the Pier': 4,
    "Lamplighters' Bar article": 3,
    'Featured Invented Cases': 2,
  }),
  custom_issues: new WeightedTerms({
    'Ferry timetable': 3,
    'Lamp oil rations': 2,
    'fog; rule-making': 2,
    'Acquire and repair 30 invented lamps': 1,
    'Bell ringing': 1,
    'First Invented Amendment (Fog Clause)': 1,
    'Toll relief': 1,
    'Intercom lanterns': 1,
  }),
} as const;

export function inventOffice(random: Random): string {
  const place = random.pick(PLACES);
  const office = random.pick(OFFICES);
  return office.endsWith(' of') ? `${office} ${place}` : `${place} ${office}`;
}

export function inventPerson(random: Random): string {
  return `${String.fromCharCode(65 + random.below(26))}. ${random.pick(SURNAMES)}`;
}

/** A case name of roughly the given length: short ones name two parties, long ones go on listing them. */
export function inventCaseName(random: Random, length: number): string {
  let name = nearest(length, [
    `In re ${random.pick(SURNAMES)}`,
    `${inventPlaintiff(random)} v. ${random.pick(PLACES)}`,
    `${inventPlaintiff(random)} v. ${random.pick(SURNAMES)} County`,
    `${inventPlaintiff(random)} v. ${inventOffice(random)}`,
    `${random.pick(GROUPS)} v. ${inventOffice(random)}`,
  ]);
  while (name.length + 12 < length) {
    const party = random.chance(0.3) ? random.pick(BODIES) : inventOffice(random);
    name += random.chance(0.2) ? `; ${inventPerson(random)}` : `, ${party}`;
  }
  return name;
}

function inventPlaintiff(random: Random): string {
  return random.chance(0.02) ? random.pick(ACCENTED) : random.pick(SURNAMES);
}

function nearest(length: number, texts: readonly string[]): string {
  const distance = (text: string) => Math.abs(text.length - length);
  return texts.reduce((best, text) => (distance(text) < distance(best) ? text : best));
}

/** An invented court: a federal district as a rule, now and then a state court of the given state. */
export function inventCourt(random: Random, state: string): string {
  const kind = random.share();
  if (kind < 0.1) return `${state} state trial court`;
  if (kind < 0.13) return 'No Court';
  if (kind < 0.14)
    return `Special Court of Appeals for Invented Matters of ${random.pick(PLACES)}`.slice(0, 58);
  return `${random.pick(COURT_REGIONS)} ${random.pick(PLACES)}`;
}
