/*
 * Loaded into a process before the program (`--import`). A sleep of a second or longer takes a tenth of a second, and
 * the clock is set ahead by the rest. Time-outs and everything else use the real time.
 */
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

const RealDate = Date;
const sleep = timers.setTimeout;
const NAP_MS = 100;
let skippedMs = 0;

globalThis.Date = class extends RealDate {
  static now() {
    return RealDate.now() + skippedMs;
  }

  constructor(...args) {
    super(...(args.length === 0 ? [RealDate.now() + skippedMs] : args));
  }
};

timers.setTimeout = async (ms, value, options) => {
  if (!(ms >= 1000)) return sleep(ms, value, options);
  await sleep(NAP_MS, value, options);
  skippedMs += ms - NAP_MS;
  return value;
};
syncBuiltinESMExports();
