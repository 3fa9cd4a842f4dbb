import { spawn } from 'node:child_process';
import { type Command, InvalidArgumentError } from 'commander';
import type { ExitName } from '../../errors/exit-codes.ts';
import { closing } from '../../db/engine.ts';
import { openMirrorReadOnly } from '../../db/open-mirror.ts';
import { addSettings, readSettings, type Flags } from '../options.ts';
import { type Io, say, untilAborted, withStop, write } from '../io.ts';
import { toAim } from '../suggested-commands.ts';
import { renderError } from '../text/errors.ts';

export const DEFAULT_PORT = 8750;

export function defineOptions(command: Command): Command {
  return addSettings(
    command
      .option('--port <n>', 'the port on 127.0.0.1; 0 takes a free one', toPort, DEFAULT_PORT)
      .option('--open', 'open the address in a browser'),
    ['database'],
  ).addHelpText(
    'after',
    `
The first line of the output is the address. The pages can only be opened on this machine, load nothing from elsewhere
and change nothing. A sync, a restore or a redaction can run at the same time. It runs until Ctrl-C.

Every list on the pages can be downloaded as CSV or JSON, with all of its rows.

Examples:
  $ clearinghouse-mirror browse --open
  $ clearinghouse-mirror browse --port 0 --database clearinghouse-demo.db`,
  );
}

function toPort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('It takes a number from 0 to 65535.');
  return port;
}

export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
  const { database } = readSettings(flags, io);
  closing(openMirrorReadOnly(database), () => undefined); // A missing mirror is reported here, not on each page.
  const { startServer } = await import('../../web/server.ts');
  return withStop<ExitName>(io, async (signal) => {
    const aim = toAim(io, flags);
    const site = { database, now: io.runtime.now, timeZone: io.timeZone, aim };
    const server = await startServer(site, flags.port as number, (thrown) => {
      say(io.stderr, `${renderError(thrown, io.timeZone, { command: 'browse', aim })}\n`);
    });
    try {
      await write(io.stdout, `${server.url}\n`);
      say(io.stderr, 'Serving the mirror to this machine, until Ctrl-C.\n');
      if (flags.open === true)
        openBrowser(server.url, { env: io.env, platform: process.platform }, () => {
          say(io.stderr, 'No browser could be opened. Open the address yourself.\n');
        });
      await untilAborted(signal);
    } finally {
      await server.close();
    }
    return 'complete';
  });
}

/** The program of each system that opens an address, with its arguments before the address. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};
const OTHER_OPENER = ['xdg-open'] as const;

/**
 * Opens an address in the user's browser, if there is one. Calls `onFailure` if not: on a server, in a container or over
 * SSH there often is none, and the pages are served all the same.
 */
export function openBrowser(
  url: string,
  { env, platform }: { readonly env: NodeJS.ProcessEnv; readonly platform: NodeJS.Platform },
  onFailure: () => void,
): void {
  const [program, ...args] = OPENERS[platform] ?? OTHER_OPENER;
  let hasFailed = false;
  const fail = (): void => {
    if (!hasFailed) onFailure();
    hasFailed = true;
  };
  try {
    const child = spawn(program, [...args, url], { env, stdio: 'ignore', detached: true });
    child.on('error', fail);
    child.on('exit', (code) => {
      if (code !== 0) fail();
    });
    child.unref();
  } catch {
    fail();
  }
}
