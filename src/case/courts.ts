/*
 * The federal courts whose names the API uses. A name is abbreviated by the tables of the Bluebook (T1.1 and T10.1), and
 * a district has the code of the Integrated Database of the Federal Judicial Center (FJC). Every other court keeps its name.
 */

/** A state or territory, its abbreviation, and the code of the FJC for each of its districts. */
type States = Readonly<
  Record<string, readonly [abbreviation: string, codes: Readonly<Record<string, string>>]>
>;

const WHOLE = '';

const STATES: States = {
  Alabama: ['Ala.', { Northern: '26', Middle: '27', Southern: '28' }],
  Alaska: ['Alaska', { [WHOLE]: '7-' }],
  Arizona: ['Ariz.', { [WHOLE]: '70' }],
  Arkansas: ['Ark.', { Eastern: '60', Western: '61' }],
  California: ['Cal.', { Northern: '71', Eastern: '72', Central: '73', Southern: '74' }],
  Colorado: ['Colo.', { [WHOLE]: '82' }],
  Connecticut: ['Conn.', { [WHOLE]: '05' }],
  Delaware: ['Del.', { [WHOLE]: '11' }],
  'District of Columbia': ['D.C.', { [WHOLE]: '90' }],
  Florida: ['Fla.', { Northern: '29', Middle: '3A', Southern: '3C' }],
  Georgia: ['Ga.', { Northern: '3E', Middle: '3G', Southern: '3J' }],
  Guam: ['Guam', { [WHOLE]: '93' }],
  Hawaii: ['Haw.', { [WHOLE]: '75' }],
  Idaho: ['Idaho', { [WHOLE]: '76' }],
  Illinois: ['Ill.', { Northern: '52', Central: '53', Southern: '54' }],
  Indiana: ['Ind.', { Northern: '55', Southern: '56' }],
  Iowa: ['Iowa', { Northern: '62', Southern: '63' }],
  Kansas: ['Kan.', { [WHOLE]: '83' }],
  Kentucky: ['Ky.', { Eastern: '43', Western: '44' }],
  Louisiana: ['La.', { Eastern: '3L', Middle: '3N', Western: '36' }],
  Maine: ['Me.', { [WHOLE]: '00' }],
  Maryland: ['Md.', { [WHOLE]: '16' }],
  Massachusetts: ['Mass.', { [WHOLE]: '01' }],
  Michigan: ['Mich.', { Eastern: '45', Western: '46' }],
  Minnesota: ['Minn.', { [WHOLE]: '64' }],
  Mississippi: ['Miss.', { Northern: '37', Southern: '38' }],
  Missouri: ['Mo.', { Eastern: '65', Western: '66' }],
  Montana: ['Mont.', { [WHOLE]: '77' }],
  Nebraska: ['Neb.', { [WHOLE]: '67' }],
  Nevada: ['Nev.', { [WHOLE]: '78' }],
  'New Hampshire': ['N.H.', { [WHOLE]: '02' }],
  'New Jersey': ['N.J.', { [WHOLE]: '12' }],
  'New Mexico': ['N.M.', { [WHOLE]: '84' }],
  'New York': ['N.Y.', { Northern: '06', Eastern: '07', Southern: '08', Western: '09' }],
  'North Carolina': ['N.C.', { Eastern: '17', Middle: '18', Western: '19' }],
  'North Dakota': ['N.D.', { [WHOLE]: '68' }],
  'Northern Mariana Islands': ['N. Mar. I.', { [WHOLE]: '94' }],
  Ohio: ['Ohio', { Northern: '47', Southern: '48' }],
  Oklahoma: ['Okla.', { Northern: '85', Eastern: '86', Western: '87' }],
  Oregon: ['Or.', { [WHOLE]: '79' }],
  Pennsylvania: ['Pa.', { Eastern: '13', Middle: '14', Western: '15' }],
  'Puerto Rico': ['P.R.', { [WHOLE]: '04' }],
  'Rhode Island': ['R.I.', { [WHOLE]: '03' }],
  'South Carolina': ['S.C.', { [WHOLE]: '20' }],
  'South Dakota': ['S.D.', { [WHOLE]: '69' }],
  Tennessee: ['Tenn.', { Eastern: '49', Middle: '50', Western: '51' }],
  Texas: ['Tex.', { Northern: '39', Eastern: '40', Southern: '41', Western: '42' }],
  Utah: ['Utah', { [WHOLE]: '88' }],
  Vermont: ['Vt.', { [WHOLE]: '10' }],
  'Virgin Islands': ['V.I.', { [WHOLE]: '91' }],
  Virginia: ['Va.', { Eastern: '22', Western: '23' }],
  Washington: ['Wash.', { Eastern: '80', Western: '81' }],
  'West Virginia': ['W. Va.', { Northern: '24', Southern: '25' }],
  Wisconsin: ['Wis.', { Eastern: '57', Western: '58' }],
  Wyoming: ['Wyo.', { [WHOLE]: '89' }],
};

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
  .flatMap(([state, [abbreviation, codes]]) =>
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
