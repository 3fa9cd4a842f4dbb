import { type Random, WeightedTerms } from './random.ts';

/** Every name here is invented, and spelled so that nobody mistakes it for a real person, place or office. */
export const SURNAMES = `
  Abbernoke Bramblewick Brastenholt Calverquill Corvandel Dapplemere Drossel-Fenn Ekkelby Fenwhistle
  Garrolane Glimmerstadt Hallowquist Hobbernaut Ivelthorn Jessamarck Kettlevane Larkenshaw Luxemoor
  Maddoquin Mirrowbane Nettleforth Nunnarez Oakenfjord Ombrelique Pellingsworthy Pumblechurch
  Quandlebury Quistgarden Ravenmarsk Rumbelow-Yate Sandelquoy Skellingdown Tamberlyne Thistlecrane
  Ulvermost Vandelquist Velazmoor Wexcombe Wimblestar Xandervoort Yarrowmint Zephyrdale
`
  .trim()
  .split(/\s+/);

/** A few, and only in case names: non-ASCII text is slower to send, and rare in the API. */
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

/** Terms for the vocabularies that, in the API, name real organizations and collections. */
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

/** A case name of about the given length. Short names have two parties, long names have more. */
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

/** An invented court: usually a federal district court, sometimes a state court of the given state. */
export function inventCourt(random: Random, state: string): string {
  const kind = random.share();
  if (kind < 0.1) return `${state} state trial court`;
  if (kind < 0.13) return 'No Court';
  if (kind < 0.14)
    return `Special Court of Appeals for Invented Matters of ${random.pick(PLACES)}`.slice(0, 58);
  return `${random.pick(COURT_REGIONS)} ${random.pick(PLACES)}`;
}

/**
 * Building blocks of the invented texts. A word in braces is filled in. Everything is a phrase of ours: docket
 * language without any docket behind it.
 */
export const SUMMARY_SENTENCES = [
  'On {date}, {person} filed this invented lawsuit against {office} in the {court}.',
  'The plaintiff, represented by counsel from an invented legal project, alleged that the lamps of {place} had been kept dark without notice.',
  'The complaint asked for lamps that burn all night, a refund of tolls, and the lawyers&rsquo; fees.',
  'The case was assigned to Judge {person}.',
  'On {date}, Judge {person} let the claims about lamps go ahead and ended the one about the city&rsquo;s bells.',
  'The court held that the ferry timetable was subject to review under the invented statute, <em>{surname} v. {surname}</em>.',
  'The defendants appealed, and on {date} the appeals court of {place} affirmed without an opinion.',
  'The parties began to negotiate, and Magistrate Judge {person} held three settlement conferences.',
  'On {date}, the parties told the court that they had agreed on a consent decree that would last for four years.',
  'The decree required {office} to adopt new rules on fog signals, to train its staff every year, and to report to a monitor.',
  'The monitor filed her first report on {date}; it found that {office} had complied with eleven of fourteen duties.',
  'A class of all persons who had waited at the pier of {place} for more than two hours was certified on {date}.',
  'The plaintiffs moved for a preliminary injunction on {date}, which the court denied because they hadn&rsquo;t shown irreparable harm.',
  'Discovery went on for two years, with many disputes about records that {office} said had been lost in the fog.',
  '{person}, an intervenor, argued that the bell-ringing rule burdened the practice of an invented faith.',
  'In a decision of {date} (<a href="https://casehouse.example/opinions/{number}">{number} Inv. Supp. 3d 12</a>), the court granted summary judgment to the plaintiffs on two counts.',
  'The court awarded &sect;&nbsp;1988 fees of an invented amount to {person}.',
  'The case is ongoing as of {date}.',
  'The case was closed on {date}.',
  'Judge {person} wrote that &ldquo;a lamp that is never lit is no lamp at all,&rdquo; and ordered {office} to light it.',
  'After the decree had ended, the plaintiffs asked for one more year of monitoring; the court refused on {date}.',
  'No further action shows on the docket.',
];

export const SHORT_SENTENCES = [
  '{person} sued {office} over the lamps of {place}.',
  'The plaintiffs said that a rule on ferry tickets discriminated against people who pass slowly.',
  'A preliminary injunction about bells came on {date}.',
  'The parties settled in {year}.',
  'The defendants’ motion to dismiss was denied.',
  'The case is ongoing.',
  'In {year}, {office} agreed to new rules and to four years of monitoring by {person}.',
  'Judge {person} certified a class of invented passengers.',
  'The appeal was withdrawn.',
];

export const PLAINTIFF_SENTENCES = [
  'Invented passengers of the {place} ferry who were refused a ticket.',
  'A resident of {place} held in an invented facility without a lamp.',
  'The parents of pupils at {office}.',
  'Two tenants of an invented building in {place} and an organization of bell ringers.',
  'Lamplighters employed by {office}, on behalf of themselves and all others like them.',
  'A non-profit organization.',
];

/** The beginnings of an entry. */
export const ENTRY_HEADS = [
  'COMPLAINT against',
  'MOTION to Dismiss by',
  'MOTION for Summary Judgment by',
  'ORDER granting',
  'ORDER denying',
  'MINUTES of a hearing about ferries before',
  'NOTICE of Appearance by',
  'STIPULATION and Order as to',
  'Unopposed REQUEST for Fourteen More Days in which to Answer, made by',
  'RESPONSE in Opposition re',
  'REPLY to Response to Motion re',
  'Joint STATUS REPORT by',
  'SUMMONS Returned Executed by',
  'AFFIDAVIT in Support re',
  'TRANSCRIPT of Proceedings held on',
  'Proposed SCHEDULING ORDER by',
  'MEMORANDUM in Support re',
  'ANSWER to',
  'NOTICE by',
  'CERTIFICATE of Service by',
  'MOTION to Appear Pro Hac Vice by',
  'JUDGMENT in favor of',
  'REPORT AND RECOMMENDATION re',
  'OBJECTION to',
  'ELECTRONIC ORDER:',
  'Letter from',
  'MOTION to Compel by',
  'Emergency MOTION for an Order about Lamps Tonight by',
  'NOTICE of Appeal as to',
  'MANDATE of the Invented Court of Appeals as to',
];

/** The continuations of an entry. Each is added as a whole, so their lengths differ on purpose. */
export const ENTRY_CLAUSES = [
  ' filed by {person}.',
  ' re {number} Motion to Dismiss.',
  ' (Entered: {day})',
  ' Signed by Judge {person} on {day}.',
  ' Filing fee $ {number}, receipt number AINV-{number}.',
  ' Responses due by {day}.',
  ' Attorney {person} added to party {office}.',
  ' Telephone Conference on {day} at ten, with Magistrate Judge {person} on the line.',
  ' (Attachments: # 1 Ferry Ticket, # 2 Lamp Plan, # 3 Draft Order)',
  ' Modified on {day} to correct the docket text.',
  ' Document filed by {office}, {person}.',
  ' The parties shall confer about the fog records and file a joint letter by {day}; no extension will be granted without good cause.',
  ' The motion SUCCEEDS for the lamps and FAILS for the bells, as the Court said at length.',
  ' Copies mailed to {person} at the pier.',
  ' The Court, having reviewed the report of the monitor on the lamps of {place}, finds that {office} has complied with the decree in all material respects.',
  ' (Related document(s) {number})',
  ' ({person})',
  ' Defendants must answer within 14 days of service.',
  ' pursuant to Section {number}(b) of the invented code',
  ' Hearing held.',
  ' See paragraphs {number}-{number}.',
  ' Mail returned as undeliverable; no forwarding address in {place}.',
  '  Text of the docket alone; nothing came along.',
  ' It is further ORDERED that the monitor shall have access to every lamp, bell and ferry of {office} on two days notice, and that {person} shall file a report of compliance by {day}.',
];

/** Clauses with non-ASCII characters, which only some dockets use. */
export const SPECIAL_CLAUSES = [
  ' The defendants’ objections are overruled.',
  ' “Lamp” and “ferry” are terms of the decree – see the order of {day}.',
  ' {person}’s letter is stricken.',
  ' pursuant to § {number}(b) of the invented code',
  ' See ¶¶ {number}-{number}.',
];

export const ATTACHMENT_TITLES = [
  'Exhibit',
  'Exhibit A',
  'Proposed Order',
  'Declaration of an invented witness',
  'Certificate of Service',
  'Civil Cover Sheet',
  'Appendix of lamps, part two',
  'Memorandum of Law',
  'Text of Proposed Order, with the schedule of ferries',
  'Index',
  '',
];
