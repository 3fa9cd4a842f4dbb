import { type Command, InvalidArgumentError } from 'commander';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import { expandHome } from '../../config/paths.ts';
import type { CaseCollection } from '../../../fake-api/collection/collection.ts';
import type { FakeApiOptions } from '../../../fake-api/serve/server.ts';
import { codeOf, wordsOf } from '../../lib/system-errors.ts';
import { type Io, ownCommand, say, untilAborted, withStop, write } from '../io.ts';
import { toJsonLine } from '../text/words.ts';
import type { Flags } from '../options.ts';
import { renderPlural } from '../../lib/layout.ts';

export function defineOptions(command: Command): Command {
  return command
    .option('--cases <n>', 'how many cases to invent', toWholeNumber, 300)
    .option('--seed <n>', 'seed of the invented cases', toWholeNumber, 1)
    .option(
      '--days <n>',
      'let this many days pass first, each of which changes 1 % of the cases, and the documents, dockets or resources of 2 %',
      toWholeNumber,
      0,
    )
    .option('--records <file>', 'serve the cases of an NDJSON file (.ndjson or .ndjson.gz) instead')
    .option(
      '--documents <file>',
      'with --records: serve the documents of an NDJSON file, one {"case_id", "documents"} per line',
    )
    .option('--port <n>', 'the port on 127.0.0.1; 0 takes a free one', toWholeNumber, 0)
    .option('--page-size <n>', 'cases per page', toWholeNumber, 25)
    .option('--latency <ms>', 'delay of each response, in milliseconds', toWholeNumber, 0)
    .option('--no-gzip', 'do not compress, even for clients that accept it')
    .option('--json', 'print the address and the token as JSON')
    .addHelpText(
      'after',
      `
The paths, filters, responses and error texts are those of the API. It runs until Ctrl-C.
Invented cases have documents with texts and files, further dockets, and resources; recorded cases have what --documents names.
The files of invented documents are on the fake API itself, a few of them by the name localhost. fetch-files
requests them only if --file-hosts names that host and port.
To see changes, stop it, start it again with --days 1, and sync again.
No case ever leaves it; to practice \`departed\` and \`redact\`, use the mirror that \`demo\` makes.

init writes the address and the token to .env; --delay 0 is for a fake API only.

Examples, the last four in another terminal:
  $ clearinghouse-mirror fake-api --port 8080
  $ CLEARINGHOUSE_API_TOKEN=demo-token clearinghouse-mirror init --yes \\
      --api-url http://127.0.0.1:8080/api/v2p1/ --database practice.db
  $ clearinghouse-mirror sync --delay 0
  $ clearinghouse-mirror fetch-files --core --budget all --delay 0 \\
      --file-hosts "127.0.0.1:8080;localhost:8080"
  $ clearinghouse-mirror status

Or without .env:
  $ CLEARINGHOUSE_API_TOKEN=demo-token clearinghouse-mirror sync \\
      --api-url http://127.0.0.1:8080/api/v2p1/ --database try.db --delay 0`,
    );
}

function toWholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It takes a whole number, 0 or more.');
  return Number(text);
}

interface FakeApiFlags {
  readonly cases: number;
  readonly seed: number;
  readonly days: number;
  readonly records?: string;
  readonly documents?: string;
  readonly port: number;
  readonly pageSize: number;
  readonly latency: number;
  readonly gzip: boolean;
  readonly json?: boolean;
}

export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
  const { cases, seed, days, records, documents, port, pageSize, latency, gzip, json } =
    flags as unknown as FakeApiFlags;
  if (pageSize < 1) throw new MirrorError('USAGE', '--page-size must be at least 1.');
  if (port > 65_535) throw new MirrorError('USAGE', '--port must be at most 65535.');
  if (documents !== undefined && records === undefined)
    throw new MirrorError('USAGE', '--documents needs --records: it names the documents of recorded cases.', {
      hint: 'Add --records with the cases, or leave out --documents: invented cases have documents, texts and files of their own.',
    });
  const { inventCollection } = await import('../../../fake-api/collection/collection.ts');
  const source =
    records === undefined
      ? inventCollection({ seed, size: cases })
      : await readRecords(expandHome(records, '--records'));
  if (documents !== undefined) await readDocuments(expandHome(documents, '--documents'), source);
  for (let day = 0; day < days; day++)
    source.advance({ changed: 0.01, linked: 0.02, linkedWithChanged: true });
  return withStop<ExitName>(io, async (signal) => {
    const fakeApi = await listen({
      source,
      port,
      pageSize,
      latencyMs: latency,
      gzip,
      servesFiles: records === undefined,
    });
    try {
      const address = { api_url: fakeApi.url, token: fakeApi.token, cases: source.size };
      const text = `Serving ${renderPlural(source.size, 'case')} at ${fakeApi.url} (token ${fakeApi.token}).\n`;
      await write(io.stdout, json === true ? toJsonLine(address) : text);
      if (json !== true) say(io.stderr, renderNext(fakeApi, ownCommand(io), records === undefined));
      await untilAborted(signal);
    } finally {
      await fakeApi.close();
    }
    return 'complete';
  });
}

/** How to sync from it: its token and address are no defaults, and the usual pause is for the real API alone. */
const renderNext = (
  { url, token }: { readonly url: string; readonly token: string },
  command: string,
  hasFiles: boolean,
): string =>
  `To practice, in another terminal:
  CLEARINGHOUSE_API_TOKEN=${token} ${hasFiles ? `CLEARINGHOUSE_FILE_HOSTS="${toFileHosts(url)}" ` : ''}${command} init --yes --api-url ${url} --database practice.db
  ${command} sync --delay 0
${hasFiles ? `  ${command} fetch-files --core --budget all --delay 0\n` : ''}`;

/** Like those of the real API, the files are not all on one host. */
function toFileHosts(url: string): string {
  const { host, hostname } = new URL(url);
  return `${host};${host.replace(hostname, 'localhost')}`;
}

async function readRecords(path: string): Promise<CaseCollection> {
  const { readRecordedCases } = await import('../../../fake-api/collection/recorded-cases.ts');
  return orUnreadable('records', path, readRecordedCases(path));
}

async function readDocuments(path: string, source: CaseCollection): Promise<void> {
  const { readRecordedDocuments } = await import('../../../fake-api/collection/recorded-cases.ts');
  await orUnreadable('documents', path, readRecordedDocuments(path, source));
}

async function orUnreadable<T>(what: string, path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    throw new MirrorError('USAGE', `The ${what} of ${path} cannot be read: ${wordsOf(cause)}.`, { cause });
  }
}

async function listen(options: FakeApiOptions) {
  const { startFakeApi } = await import('../../../fake-api/serve/server.ts');
  try {
    return await startFakeApi(options);
  } catch (cause) {
    if (codeOf(cause) === 'EADDRINUSE')
      throw new MirrorError('PORT_TAKEN', `Another program already uses port ${options.port ?? 0}.`, {
        cause,
      });
    throw new MirrorError('USAGE', `Port ${options.port ?? 0} cannot be used: ${wordsOf(cause)}.`, {
      cause,
      hint: 'Choose another --port, or 0 for a free one.',
    });
  }
}
