import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/* Imported before a measured program. When the program ends, its resource usage is written to a file. */
const STATUS = '/proc/self/status';

/** On Linux `maxRSS` is never less than the peak of the process that started this one; `VmHWM` is its own. */
function readPeak() {
  const [, kibibytes] = (existsSync(STATUS) && /VmHWM:\s+(\d+) kB/.exec(readFileSync(STATUS, 'utf8'))) || [];
  return 1024 * Number(kibibytes ?? process.resourceUsage().maxRSS);
}

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  const usage = { cpuMs: (user + system) / 1000, peakBytes: readPeak() };
  writeFileSync(process.env.BENCH_USAGE_FILE, JSON.stringify(usage));
});
