import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { listMigrations } from '../../src/db/migrate.ts';

const SCHEMA_FOLDER = new URL('../../src/db/schema/', import.meta.url);

/** The doc comments of the schema: by table (`cases`) and by column (`cases.mirror_payload`). */
export function readSchemaComments(): ReadonlyMap<string, string> {
  const comments = new Map<string, string>();
  const statements = readdirSync(SCHEMA_FOLDER).flatMap((file) => {
    const text = readFileSync(new URL(file, SCHEMA_FOLDER), 'utf8');
    return [...ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true).statements];
  });
  const shared = readSharedColumns(statements);
  for (const statement of statements.filter(ts.isVariableStatement)) {
    const call = statement.declarationList.declarations[0]?.initializer;
    if (call === undefined || !ts.isCallExpression(call)) continue;
    const [name, columns] = call.arguments;
    if (name === undefined || !ts.isStringLiteral(name)) continue;
    note(name.text, statement);
    if (columns === undefined || !ts.isObjectLiteralExpression(columns)) continue;
    for (const property of columns.properties) {
      const group = ts.isSpreadAssignment(property) ? shared.get(property.expression.getText()) : [property];
      for (const column of group ?? []) note(`${name.text}.${column.name?.getText() ?? ''}`, column);
    }
  }
  return comments;

  function note(key: string, node: ts.Node): void {
    const text = ts
      .getJSDocCommentsAndTags(node)
      .map((comment) => ts.getTextOfJSDocComment(comment.comment) ?? '')
      .join(' ')
      .replace(/\s+/g, ' ')
      .trim();
    if (text !== '') comments.set(key, text);
  }
}

/** Columns that several tables have: by the call that spreads them into a table, as in `...traffic()`. */
function readSharedColumns(
  statements: readonly ts.Statement[],
): ReadonlyMap<string, readonly ts.ObjectLiteralElementLike[]> {
  const shared = new Map<string, readonly ts.ObjectLiteralElementLike[]>();
  for (const statement of statements.filter(ts.isVariableStatement)) {
    const [declaration] = statement.declarationList.declarations;
    const makes = declaration?.initializer;
    if (declaration === undefined || makes === undefined || !ts.isArrowFunction(makes)) continue;
    const body = ts.isParenthesizedExpression(makes.body) ? makes.body.expression : makes.body;
    if (ts.isObjectLiteralExpression(body)) shared.set(`${declaration.name.getText()}()`, body.properties);
  }
  return shared;
}

/** The comment before each `CREATE VIEW` in migrations/, by view; the newest one where a view was made again. */
export function readViewComments(): ReadonlyMap<string, string> {
  const comments = new Map<string, string>();
  for (const statement of listMigrations().flatMap(({ sql }) => sql)) {
    const [, comment = '', view] = /^\s*((?:--.*\n)+)CREATE VIEW (\w+)/.exec(statement) ?? [];
    if (view === undefined) continue;
    const text = comment.replace(/^--\s*/gm, '').replace(/\s+/g, ' ');
    comments.set(view, text.trim());
  }
  return comments;
}
