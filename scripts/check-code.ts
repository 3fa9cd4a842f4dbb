/*
 * Checks types and lints, with one TypeScript program: ESLint asks for the types that the compiler has just worked out. Both
 * keep what they found in node_modules/.cache. Arguments are names of files: only these are linted.
 */
import { ESLint } from 'eslint';
import ts from 'typescript';

const PROJECT = 'tsconfig.test.json';

const { program, diagnostics } = checkTypes();
if (diagnostics.length > 0) {
  console.error(
    ts.formatDiagnostics(diagnostics, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => process.cwd(),
      getNewLine: () => '\n',
    }),
  );
  process.exitCode = 1;
}

// Named like a project in the key of ESLint's cache, which a program cannot be written into.
const programs = Object.assign([program], { toJSON: () => PROJECT });
const eslint = new ESLint({
  cache: true,
  cacheStrategy: 'content',
  cacheLocation: 'node_modules/.cache/eslint/',
  overrideConfig: { files: ['**/*.ts'], languageOptions: { parserOptions: { programs } } },
});
const names = process.argv.slice(2);
const results = await eslint.lintFiles(names.length === 0 ? ['.'] : names);
if (results.some(({ errorCount, warningCount }) => errorCount + warningCount > 0)) {
  console.error(await (await eslint.loadFormatter('stylish')).format(results));
  process.exitCode = 1;
}

function checkTypes(): { readonly program: ts.Program; readonly diagnostics: readonly ts.Diagnostic[] } {
  const config = ts.getParsedCommandLineOfConfigFile(PROJECT, undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
      throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
    },
  });
  if (config === undefined) throw new Error(`${PROJECT} cannot be read.`);
  const { options, fileNames: rootNames } = config;
  const builder = ts.createIncrementalProgram({
    rootNames,
    options,
    configFileParsingDiagnostics: config.errors,
    host: ts.createIncrementalCompilerHost(options),
  });
  const found = [
    ...builder.getConfigFileParsingDiagnostics(),
    ...builder.getOptionsDiagnostics(),
    ...builder.getGlobalDiagnostics(),
    ...builder.getSyntacticDiagnostics(),
    ...builder.getSemanticDiagnostics(),
  ];
  // Emits nothing but the notes for the next check.
  const { diagnostics: emitted } = builder.emit();
  return {
    program: builder.getProgram(),
    diagnostics: ts.sortAndDeduplicateDiagnostics([...found, ...emitted]),
  };
}
