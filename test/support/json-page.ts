import { readFileSync } from 'node:fs';

/* docs/json.md is a contract: each table of it is read here, and the output of a command is held against it. */

interface Field {
  readonly type: string;
  readonly mayBeNull: boolean;
  readonly mayBeMissing: boolean;
  /** The parts of its objects where the page lists them in the description. */
  readonly parts: readonly string[];
}

const PAGE = readFileSync(new URL('../../docs/json.md', import.meta.url), 'utf8');

export function readFields(command: string): Map<string, Field> {
  const section = PAGE.split(/^##+ /m).find((text) => text.startsWith(`\`${command}\`\n`)) ?? '';
  return new Map(
    [...section.matchAll(/^\| `(\w+)` *\| ([a-z ]+?) *\|(.*)\|$/gm)].map(
      ([, name = '', type = '', what = '']) => [
        name,
        {
          type: type.replace(' or null', ''),
          mayBeNull: type.endsWith(' or null'),
          mayBeMissing: what.includes('may be missing'),
          parts: [...what.matchAll(/`(\w+)`/g)].map(([, part = '']) => part),
        },
      ],
    ),
  );
}

const IS_OF_TYPE: Record<string, (value: unknown) => boolean> = {
  integer: Number.isSafeInteger,
  text: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  time: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value),
  list: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  value: () => true,
};

/** What the API sent, which the page does not describe, and objects with a member for each column. */
const FREE = new Set([
  'case.payload',
  'changes.old_value',
  'changes.new_value',
  'publish.not_typed',
  'publish.nul_replaced',
]);

/** What of an object is not as the page says. */
export function listFaults(object: Record<string, unknown>, section: string): string[] {
  const fields = readFields(section);
  const unknown = Object.keys(object).filter((name) => !fields.has(name));
  const faults = [...fields].flatMap(([name, { type, mayBeNull, mayBeMissing, parts }]) => {
    if (!Object.hasOwn(object, name)) return mayBeMissing ? [] : [`${name} is missing`];
    const value = object[name];
    if (value === null && mayBeNull) return [];
    if (IS_OF_TYPE[type]?.(value) !== true) return [`${name} is no ${type}: ${JSON.stringify(value)}`];
    const part = `${section}.${name}`;
    if (FREE.has(part)) return [];
    const objects = [value].flat().filter((one) => typeof one === 'object' && one !== null);
    return (objects as Record<string, unknown>[]).flatMap((one) =>
      (readFields(part).size > 0
        ? listFaults(one, part)
        : Object.keys(one)
            .filter((key) => !parts.includes(key))
            .map((key) => `${key} is not on the page`)
      ).map((fault) => `${part}: ${fault}`),
    );
  });
  return [...unknown.map((name) => `${name} is not on the page`), ...faults];
}
