/*
 * The federal courts whose names the API uses. A name is abbreviated by the tables of the Bluebook (T1.1 and T10.1), and
 * a district has the code of the Integrated Database of the Federal Judicial Center (FJC). Every other court keeps its name.
 */

/** A state or territory, its postal code, its abbreviation, and the code of the FJC for each of its districts. */
type States = Readonly<
  Record<string, readonly [postalCode: string, abbreviation: string, codes: Readonly<Record<string, string>>]>
>;

const WHOLE = '';

const STATES: States = {
  Alabama: ['AL', 'Ala.', { Northern: '26', Middle: '27', Southern: '28' }],
  Alaska: ['AK', 'Alaska', { [WHOLE]: '7-' }],
  Arizona: ['AZ', 'Ariz.', { [WHOLE]: '70' }],
  Arkansas: ['AR', 'Ark.', { Eastern: '60', Western: '61' }],
  California: ['CA', 'Cal.', { Northern: '71', Eastern: '72', Central: '73', Southern: '74' }],
  Colorado: ['CO', 'Colo.', { [WHOLE]: '82' }],
  Connecticut: ['CT', 'Conn.', { [WHOLE]: '05' }],
  Delaware: ['DE', 'Del.', { [WHOLE]: '11' }],
  'District of Columbia': ['DC', 'D.C.', { [WHOLE]: '90' }],
  Florida: ['FL', 'Fla.', { Northern: '29', Middle: '3A', Southern: '3C' }],
  Georgia: ['GA', 'Ga.', { Northern: '3E', Middle: '3G', Southern: '3J' }],
  Guam: ['GU', 'Guam', { [WHOLE]: '93' }],
  Hawaii: ['HI', 'Haw.', { [WHOLE]: '75' }],
  Idaho: ['ID', 'Idaho', { [WHOLE]: '76' }],
  Illinois: ['IL', 'Ill.', { Northern: '52', Central: '53', Southern: '54' }],
  Indiana: ['IN', 'Ind.', { Northern: '55', Southern: '56' }],
  Iowa: ['IA', 'Iowa', { Northern: '62', Southern: '63' }],
  Kansas: ['KS', 'Kan.', { [WHOLE]: '83' }],
  Kentucky: ['KY', 'Ky.', { Eastern: '43', Western: '44' }],
  Louisiana: ['LA', 'La.', { Eastern: '3L', Middle: '3N', Western: '36' }],
  Maine: ['ME', 'Me.', { [WHOLE]: '00' }],
  Maryland: ['MD', 'Md.', { [WHOLE]: '16' }],
  Massachusetts: ['MA', 'Mass.', { [WHOLE]: '01' }],
  Michigan: ['MI', 'Mich.', { Eastern: '45', Western: '46' }],
  Minnesota: ['MN', 'Minn.', { [WHOLE]: '64' }],
  Mississippi: ['MS', 'Miss.', { Northern: '37', Southern: '38' }],
  Missouri: ['MO', 'Mo.', { Eastern: '65', Western: '66' }],
  Montana: ['MT', 'Mont.', { [WHOLE]: '77' }],
  Nebraska: ['NE', 'Neb.', { [WHOLE]: '67' }],
  Nevada: ['NV', 'Nev.', { [WHOLE]: '78' }],
  'New Hampshire': ['NH', 'N.H.', { [WHOLE]: '02' }],
  'New Jersey': ['NJ', 'N.J.', { [WHOLE]: '12' }],
  'New Mexico': ['NM', 'N.M.', { [WHOLE]: '84' }],
  'New York': ['NY', 'N.Y.', { Northern: '06', Eastern: '07', Southern: '08', Western: '09' }],
  'North Carolina': ['NC', 'N.C.', { Eastern: '17', Middle: '18', Western: '19' }],
  'North Dakota': ['ND', 'N.D.', { [WHOLE]: '68' }],
  'Northern Mariana Islands': ['MP', 'N. Mar. I.', { [WHOLE]: '94' }],
  Ohio: ['OH', 'Ohio', { Northern: '47', Southern: '48' }],
  Oklahoma: ['OK', 'Okla.', { Northern: '85', Eastern: '86', Western: '87' }],
  Oregon: ['OR', 'Or.', { [WHOLE]: '79' }],
  Pennsylvania: ['PA', 'Pa.', { Eastern: '13', Middle: '14', Western: '15' }],
  'Puerto Rico': ['PR', 'P.R.', { [WHOLE]: '04' }],
  'Rhode Island': ['RI', 'R.I.', { [WHOLE]: '03' }],
  'South Carolina': ['SC', 'S.C.', { [WHOLE]: '20' }],
  'South Dakota': ['SD', 'S.D.', { [WHOLE]: '69' }],
  Tennessee: ['TN', 'Tenn.', { Eastern: '49', Middle: '50', Western: '51' }],
  Texas: ['TX', 'Tex.', { Northern: '39', Eastern: '40', Southern: '41', Western: '42' }],
  Utah: ['UT', 'Utah', { [WHOLE]: '88' }],
  Vermont: ['VT', 'Vt.', { [WHOLE]: '10' }],
  'Virgin Islands': ['VI', 'V.I.', { [WHOLE]: '91' }],
  Virginia: ['VA', 'Va.', { Eastern: '22', Western: '23' }],
  Washington: ['WA', 'Wash.', { Eastern: '80', Western: '81' }],
  'West Virginia': ['WV', 'W. Va.', { Northern: '24', Southern: '25' }],
  Wisconsin: ['WI', 'Wis.', { Eastern: '57', Western: '58' }],
  Wyoming: ['WY', 'Wyo.', { [WHOLE]: '89' }],
};

/** The names of the states and territories by their postal codes, such as `CA`. */
export const STATE_OF_CODE: ReadonlyMap<string, string> = new Map(
  Object.entries(STATES).map(([state, [postalCode]]) => [postalCode, state]),
);

export interface FederalDistrict {
  /** As the API writes it: "Eastern District of Arkansas". */
  readonly court: string;
  readonly abbreviation: string;
  /** The code of the district in the Integrated Database of the FJC. */
  readonly fjcDistrict: string;
}

/** "D. Kan.", but "S.D.N.Y.": single letters are written without spaces. */
function joinAbbreviations(district: string, state: string): string {
  return `${district}${/^(?:[A-Z]\.)+$/.test(state) ? '' : ' '}${state}`;
}

/** The 94 district courts, by name. */
export const FEDERAL_DISTRICTS: readonly FederalDistrict[] = Object.entries(STATES)
  .flatMap(([state, [, abbreviation, codes]]) =>
    Object.entries(codes).map(([part, fjcDistrict]) => ({
      court: `${part === WHOLE ? '' : `${part} `}District of ${state}`,
      abbreviation: joinAbbreviations(`${part.charAt(0)}${part === WHOLE ? '' : '.'}D.`, abbreviation),
      fjcDistrict,
    })),
  )
  .sort((a, b) => (a.court < b.court ? -1 : 1));

const CIRCUITS = [
  ['First', '1st Cir.'],
  ['Second', '2d Cir.'],
  ['Third', '3d Cir.'],
  ['Fourth', '4th Cir.'],
  ['Fifth', '5th Cir.'],
  ['Sixth', '6th Cir.'],
  ['Seventh', '7th Cir.'],
  ['Eighth', '8th Cir.'],
  ['Ninth', '9th Cir.'],
  ['Tenth', '10th Cir.'],
  ['Eleventh', '11th Cir.'],
  ['District of Columbia', 'D.C. Cir.'],
  ['D.C.', 'D.C. Cir.'],
  ['Federal', 'Fed. Cir.'],
] as const;

const ABBREVIATIONS: ReadonlyMap<string, string> = new Map([
  ...FEDERAL_DISTRICTS.map(({ court, abbreviation }) => [court.toLowerCase(), abbreviation] as const),
  ...CIRCUITS.map(
    ([name, abbreviation]) =>
      [`U.S. Court of Appeals for the ${name} Circuit`.toLowerCase(), abbreviation] as const,
  ),
]);

/** The abbreviation of a federal court in a citation. Any other court keeps its name. */
export function abbreviateCourt(court: string): string {
  return ABBREVIATIONS.get(court.toLowerCase()) ?? court;
}

/** What the API says for a case that no court has. */
const NO_COURT = new Set(['', 'no court', 'none', 'unknown']);

/** The name of a court without outer blanks; null for what names no court. */
export function toCourtName(court: string): string | null {
  const name = court.trim().replace(/\s+/g, ' ');
  return NO_COURT.has(name.toLowerCase()) ? null : name;
}
