import { existsSync, chmodSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openBrowser } from '../../src/cli/commands/browse.ts';
import { type CliProcess, runCli, spawnCli } from '../support/command-line.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { tempFolder } from '../support/temp-folder.ts';

const running: CliProcess[] = [];
const servers: Server[] = [];
afterEach(() => {
  for (const { child } of running.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) server.close();
});

/** Starts the built program, and resolves with its address, which is the first thing it prints. */
async function startBrowse(
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<CliProcess & { readonly url: string }> {
  const started = spawnCli(['browse', ...args], env);
  running.push(started);
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    started.child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const [, line] = /^(.*)\n/.exec(text) ?? [];
      if (line !== undefined) resolve(line);
    });
    void started.ended.then(({ stderr }) => {
      reject(new Error(stderr));
    });
  });
  return { ...started, url };
}

async function takePort(): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('browse', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'prints its address first, serves the pages of the bundle, and ends on %s even while a page is open',
    async (signal) => {
      const { url, child, ended, saw } = await startBrowse([
        '--port',
        '0',
        '--database',
        await makeFullMirror(),
      ]);
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
      for (const path of ['', 'cases', 'cases/6', 'style.css', 'icon.svg', 'cases.csv'])
        expect([path, (await fetch(`${url}${path}`)).status]).toEqual([path, 200]);
      await saw('until Ctrl-C');
      child.kill(signal);
      const { exitCode, stdout, stderr } = await ended;
      expect([exitCode, stdout, stderr]).toEqual([
        0,
        `${url}\n`,
        'Serving the mirror to this machine, until Ctrl-C.\n',
      ]);
    },
  );

  test('reports a port that is in use in one sentence, with its own exit code', async () => {
    const port = String(await takePort());
    for (const command of [
      ['browse', '--database', await makeFullMirror()],
      ['fake-api', '--cases', '1'],
    ]) {
      const { exitCode, stdout, stderr } = await runCli([...command, '--port', port]);
      expect([exitCode, stdout]).toEqual([14, '']);
      expect(stderr).toBe(
        `Error: Another program already uses port ${port}. [PORT_TAKEN]\nHint: End that program, or choose another port: \`--port 0\` takes a free one.\n`,
      );
    }
  });

  test('refuses a missing mirror before it serves anything', async () => {
    const { exitCode, stdout, stderr } = await runCli(['browse', '--port', '0', '--database', 'none.db']);
    expect([exitCode, stdout]).toEqual([9, '']);
    expect(stderr).toContain('[DATABASE_MISSING]');
  });

  test.each(['x', '-1', '65536', '1.5'])('refuses the port %s', async (port) => {
    const { exitCode, stderr } = await runCli(['browse', `--port=${port}`]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('It takes a number from 0 to 65535.')]);
  });
});

describe('--open', () => {
  test('opens the address in a browser', async () => {
    const folder = tempFolder();
    const seen = join(folder, 'seen');
    writeFileSync(
      join(folder, 'xdg-open'),
      `#!/bin/sh\nprintf %s "$1" > ${seen}.part && mv ${seen}.part ${seen}\n`,
    );
    chmodSync(join(folder, 'xdg-open'), 0o755);
    const env = { PATH: `${folder}:${process.env.PATH ?? ''}` };
    openBrowser('http://127.0.0.1:1/', { env, platform: 'linux' }, () => {
      throw new Error('it failed');
    });
    while (!existsSync(seen)) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  test.each<[string, string]>([
    ['is missing', ''],
    ['fails', '#!/bin/sh\nexit 3\n'],
    ['cannot be run', 'not a program'],
  ])('keeps serving if the browser %s, and says so', async (_, script) => {
    const folder = tempFolder();
    if (script !== '') {
      writeFileSync(join(folder, 'xdg-open'), script);
      chmodSync(join(folder, 'xdg-open'), script.startsWith('#!') ? 0o755 : 0o644);
    }
    const database = await makeFullMirror();
    const { url, child, ended, saw } = await startBrowse(['--open', '--port', '0', '--database', database], {
      PATH: folder,
    });
    await saw('No browser could be opened. Open the address yourself.');
    expect((await fetch(url)).status).toBe(200);
    child.kill('SIGTERM');
    expect((await ended).exitCode).toBe(0);
  });
});
