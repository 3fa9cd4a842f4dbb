import { dirname, relative, resolve, sep } from 'node:path';

/**
 * The folders in the order in which the data flows. A file imports from its own layer and from earlier layers. Folders of one
 * layer do not import each other.
 */
export const LAYERS = [
  ['src/lib'],
  ['src/errors'],
  ['src/api'],
  ['src/config'],
  ['src/db/schema'],
  ['src/case'],
  ['src/linked'],
  ['src/db'],
  ['src/search'],
  ['src/history', 'src/verify', 'src/sync', 'src/backup'],
  ['src/export'],
  ['src/publish'],
  ['src/schedule'],
  ['src/doctor'],
  ['fake-api'],
  ['src/cli/io.ts'],
  ['src/cli/text'],
  ['src/web'],
  ['src/cli'],
  ['src/cli/commands'],
  ['src/cli/command-list.ts'],
  ['src/cli/main.ts'],
  ['src/cli/run.ts'],
];

const KNOWS_ONLY = new Map([
  /** The schema says what the mirror stores, whatever the API says today. */
  ['src/db/schema', ['src/lib']],
  /** The fake API stands in for a server: it knows what the API says, and nothing of the mirror. */
  ['fake-api', ['src/lib', 'src/errors', 'src/api']],
]);

const FOLDERS = LAYERS.flat();
const levelOf = new Map(LAYERS.flatMap((folders, level) => folders.map((folder) => [folder, level])));

/** The most specific entry of `LAYERS` that holds the file, or undefined. `file` is relative to the root, with `/`. */
const folderOf = (file) =>
  FOLDERS.filter((folder) => file === folder || file.startsWith(`${folder}/`)).sort(
    (a, b) => b.length - a.length,
  )[0];

/** Why `file` must not import `target`, or undefined if it may. Both are relative to the root, with `/`. */
export function explainImport(file, target) {
  const [from, to] = [folderOf(file), folderOf(target)];
  if (from === undefined)
    return `${file} is in no layer: add its folder to LAYERS in scripts/lint/layers.js.`;
  if (from === to) return undefined;
  if (to === undefined) return `${from} must not import ${target}, which is in no layer.`;
  const known = KNOWS_ONLY.get(from);
  if (known !== undefined && !known.includes(to)) return `${from} may only import ${known.join(', ')}.`;
  return levelOf.get(to) < levelOf.get(from)
    ? undefined
    : `${from} must not import ${to}: imports follow the order of LAYERS.`;
}

/** The rule `layers/order`, in the form in which oxlint loads it. */
const order = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const file = relative(context.cwd, context.filename).split(sep).join('/');
    const check = (node) => {
      const specifier = node.source?.value;
      if (typeof specifier !== 'string' || !specifier.startsWith('.')) return;
      const target = relative(context.cwd, resolve(dirname(context.filename), specifier))
        .split(sep)
        .join('/');
      const message = explainImport(file, target);
      if (message !== undefined) context.report({ node, message });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      TSImportType: (node) => check({ ...node, source: node.source ?? node.argument?.literal }),
    };
  },
};

export default { meta: { name: 'layers' }, rules: { order } };
