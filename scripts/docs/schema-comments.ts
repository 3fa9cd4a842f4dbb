import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';

const SCHEMA_FOLDER = new URL('../../src/mirror/schema/', import.meta.url);

/** The doc comments of the schema: by table (`cases`) and by column (`cases.mirror_payload`). */
export function readSchemaComments(): ReadonlyMap<string, string> {
  const comments = new Map<string, string>();
  const statements = readdirSync(SCHEMA_FOLDER).flatMap((file) => {
    const text = readFileSync(new URL(file, SCHEMA_FOLDER), 'utf8');
    return [...ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true).statements];
  });
  for (const statement of statements.filter(ts.isVariableStatement)) {
    const call = statement.declarationList.declarations[0]?.initializer;
    if (call === undefined || !ts.isCallExpression(call)) continue;
    const [name, columns] = call.arguments;
    if (name === undefined || !ts.isStringLiteral(name)) continue;
    note(name.text, statement);
    if (columns === undefined || !ts.isObjectLiteralExpression(columns)) continue;
    for (const property of columns.properties)
      note(`${name.text}.${property.name?.getText() ?? ''}`, property);
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
