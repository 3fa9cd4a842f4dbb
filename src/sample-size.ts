/** How many of the cases are to be checked: that many, or that share of them. */
export type SampleSize = { readonly count: number } | { readonly share: number };

/** Reads "10%" as a share and "500" as a number of cases; undefined when it is neither, or nothing. */
export function parseSampleSize(text: string): SampleSize | undefined {
  const [, number = '', percent] = /^(\d{1,9}(?:\.\d{1,9})?)(%?)$/.exec(text) ?? [];
  const size = Number(number);
  if (percent === '%' && size > 0 && size <= 100) return { share: size / 100 };
  if (percent === '' && size > 0 && Number.isInteger(size)) return { count: size };
  return undefined;
}
