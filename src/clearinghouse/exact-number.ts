/**
 * Whether a number of JSON is still the same once it is read: not where it needs more digits than a JavaScript number
 * has, is too large or too small for one, or is -0, which cannot be written again. `1.0` and `1e2` are exact: they are
 * the numbers 1 and 100, however they are written.
 */
export function isExact(text: string): boolean {
  const read = String(Number(text));
  return read === text || toDecimal(read) === toDecimal(text);
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i;

/** One text for one number: its digits without zeros around them, and the power of ten that they are multiplied by. */
function toDecimal(text: string): string {
  const [whole, sign = '', integer = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  if (whole === undefined) return text;
  const digits = `${integer}${fraction}`.replace(/^0+/, '');
  let length = digits.length;
  while (digits.charAt(length - 1) === '0') length--;
  if (length === 0) return `${sign}0`;
  return `${sign}${digits.slice(0, length)}e${Number(exponent) - fraction.length + digits.length - length}`;
}
