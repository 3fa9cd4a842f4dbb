import { spawnSync } from 'node:child_process';

/*
 * Linux exchanges two names in one step (renameat2 with RENAME_EXCHANGE), so that a name always leads to the old folder or to
 * the new one. Node has no function for it. New versions of `mv` have an option, and perl, which almost every system has,
 * can make any system call.
 */

/** The number of renameat2 by kind of processor. */
const RENAMEAT2: Readonly<Partial<Record<string, number>>> = {
  x64: 316,
  arm64: 276,
  riscv64: 276,
  ppc64: 357,
  s390x: 347,
};

const PERL =
  'my ($call, $one, $other) = @ARGV; exit(syscall($call + 0, -100, $one, -100, $other, 2) == 0 ? 0 : 1)';

/** Exchanges two folders in one step. Returns false, with nothing changed, where that is not possible. */
export function exchangeFolders(one: string, other: string): boolean {
  if (process.platform !== 'linux') return false;
  const call = RENAMEAT2[process.arch];
  if (call !== undefined && succeeds('perl', ['-e', PERL, String(call), one, other])) return true;
  return succeeds('mv', ['--exchange', '--no-target-directory', '--', one, other]);
}

/** Neither command changes anything if it fails. */
function succeeds(command: string, args: readonly string[]): boolean {
  return (
    spawnSync(command, args, { stdio: 'ignore', env: { PATH: process.env.PATH, LC_ALL: 'C' } }).status === 0
  );
}
