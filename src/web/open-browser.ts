import { spawn } from 'node:child_process';

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
