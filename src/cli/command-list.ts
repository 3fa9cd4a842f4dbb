import type { Command } from 'commander';
import type { ExitName } from '../errors/exit-codes.ts';

/** Runs a command with its argument, if it takes one, then its flags and `Io`. */
export type RunCommand = (...inputs: never[]) => Promise<ExitName>;

/** A module in src/cli/commands/. */
interface CommandModule {
  /** Adds the options and the rest of the help. */
  readonly defineOptions: (command: Command) => Command;
  readonly runCommand: RunCommand;
}

interface CommandEntry {
  readonly argument?: readonly [name: string, description: string];
  readonly description: string;
  /** Whether the exit code shows what the command did even if its output is lost. The other commands only print. */
  readonly acts?: true;
  /** Whether it reads the mirror: damage to the mirror can then make it fail in any way. */
  readonly reads?: true;
  readonly load: () => Promise<CommandModule>;
}

/** The commands in the order of the help. A process loads only the module of the command that it runs. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  init: {
    description: 'Ask for the settings, check them, and write them to .env in the current folder.',
    acts: true,
    load: () => import('./commands/init.ts'),
  },
  sync: {
    description: 'Download new and changed cases, list by list, into the mirror.',
    acts: true,
    load: () => import('./commands/sync.ts'),
  },
  nightly: {
    description: 'Keep running and sync on a schedule, by default every night.',
    acts: true,
    load: () => import('./commands/nightly.ts'),
  },
  'fetch-texts': {
    description: 'Download the texts of documents: orders, complaints, settlements.',
    acts: true,
    load: () => import('./commands/fetch-texts.ts'),
  },
  'fetch-files': {
    description: 'Download the files (PDF) of chosen documents.',
    acts: true,
    load: () => import('./commands/fetch-files.ts'),
  },
  status: {
    description: 'Show the contents of the mirror, its latest runs and any anomalies.',
    reads: true,
    load: () => import('./commands/status.ts'),
  },
  case: {
    argument: ['<case...>', 'its id, link, docket number, or words of its name'],
    description: 'Show one case of the mirror.',
    reads: true,
    load: () => import('./commands/case.ts'),
  },
  search: {
    argument: ['<words...>', 'words, "phrases", -without, prefix* or a docket number'],
    description: 'Find words in cases, docket entries, documents and texts of documents.',
    reads: true,
    load: () => import('./commands/search.ts'),
  },
  query: {
    argument: ['[sql]', 'one statement that returns rows; "-" reads it from standard input'],
    description: 'Query the mirror in SQL. Read-only; a sync can run at the same time.',
    reads: true,
    load: () => import('./commands/query.ts'),
  },
  browse: {
    description: 'Show the mirror as pages in a browser on this machine, until Ctrl-C.',
    acts: true,
    load: () => import('./commands/browse.ts'),
  },
  changes: {
    description: 'Show what changed: by default, the changes of the newest run that found any.',
    reads: true,
    load: () => import('./commands/changes.ts'),
  },
  activity: {
    description: 'List new docket entries: by default, those of the newest run that found any.',
    reads: true,
    load: () => import('./commands/activity.ts'),
  },
  transitions: {
    description:
      'Count how cases moved from one value of case_ongoing to another, and how long they stayed in each.',
    reads: true,
    load: () => import('./commands/transitions.ts'),
  },
  report: {
    description: 'Write a report of a run or a period as one HTML file to send, or as Markdown.',
    reads: true,
    load: () => import('./commands/report.ts'),
  },
  departed: {
    description: 'List the departed cases, with their last known values.',
    reads: true,
    load: () => import('./commands/departed.ts'),
  },
  coverage: {
    description: 'Compare the number of cases on the site with the lists and with the mirror.',
    reads: true,
    load: () => import('./commands/coverage.ts'),
  },
  verify: {
    description: 'Verify the mirror: its file, payloads, rows, history and run log.',
    load: () => import('./commands/verify.ts'),
  },
  audit: {
    argument: ['[name]', 'the audit whose cases are listed'],
    description: 'Count the contradictions in the data, or list the cases of one audit.',
    reads: true,
    load: () => import('./commands/audit.ts'),
  },
  redact: {
    argument: ['[id]', "the case's id"],
    description: 'Permanently remove the content and history of a departed case, or of one document.',
    acts: true,
    load: () => import('./commands/redact.ts'),
  },
  snapshot: {
    description: 'Take a snapshot: a checked copy of the mirror in one dated file. Or list the snapshots.',
    acts: true,
    load: () => import('./commands/snapshot.ts'),
  },
  export: {
    argument: ['<folder>', 'the folder to write; a new or empty one, or an earlier export'],
    description: 'Export the mirror to files for other programs, with a codebook, counts and hashes.',
    acts: true,
    reads: true,
    load: () => import('./commands/export.ts'),
  },
  release: {
    argument: ['<folder>', 'the folder to write; a new or empty one, or an earlier release'],
    description:
      'Write a release that a paper can cite: files and a database of one verified state, with hashes.',
    acts: true,
    reads: true,
    load: () => import('./commands/release.ts'),
  },
  cite: {
    argument: ['[case...]', 'ids, links or docket numbers, or words of the name of one'],
    description: 'Print how to cite cases, or the data set, as text, BibTeX, RIS or CSL JSON.',
    reads: true,
    load: () => import('./commands/cite.ts'),
  },
  publish: {
    argument: ['[address]', 'a Postgres server: postgres://USER@HOST/DATABASE, without a password'],
    description: 'Publish the mirror to a Postgres database that a team can query.',
    acts: true,
    reads: true,
    load: () => import('./commands/publish.ts'),
  },
  restore: {
    argument: ['<snapshot>', 'a file, or a name that `snapshot --list` shows'],
    description: 'Replace the mirror with a snapshot.',
    acts: true,
    load: () => import('./commands/restore.ts'),
  },
  doctor: {
    description: 'Check the settings, token, address, clock, database, disk and schedule, and suggest fixes.',
    load: () => import('./commands/doctor.ts'),
  },
  demo: {
    description: 'Sync invented cases in under a minute, without a token.',
    load: () => import('./commands/demo.ts'),
  },
  'fake-api': {
    description: 'Serve a fake API on this machine, with invented or recorded cases.',
    load: () => import('./commands/fake-api.ts'),
  },
};
