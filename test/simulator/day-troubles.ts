import type Database from 'better-sqlite3';
import { openSqlite } from '../../src/db/engine.ts';
import { MirrorError } from '../../src/errors/mirror-error.ts';
import type { Mirror } from '../../src/db/open-mirror.ts';
import { Random } from '../../fake-api/invent/random.ts';
import type { DayPlan, PlannedTrouble } from './draw-history.ts';
import type { TroubleName } from './troubles.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What a trouble can affect. */
export interface TroubleTools {
  readonly clock: VirtualClock;
  readonly database: string;
  readonly stop: (reason: MirrorError) => void;
  /** Makes the copy that the next day continues with. */
  readonly die: (cut: Random | null) => void;
  /** The mirror's own connection, if it is available. */
  readonly mirror: () => Mirror | undefined;
  readonly startSecondWriter: () => void;
  /** Reads the mirror as another process would. */
  readonly look: (random: Random) => void;
}

export interface DayTroubles {
  /** Must be called at every moment of the day. */
  passMoment(isEvent: boolean): void;
  /** Releases locks that are still held. */
  end(): void;
  readonly done: readonly TroubleName[];
}

/** Thrown by a listener in the middle of a run. */
export const THROWN_BY_LISTENER = 'The listener of the simulation throws.';

const MINUTE = 60_000;
const JUMPS = [MINUTE, 60 * MINUTE, 400 * MINUTE, 48 * 60 * MINUTE];

export function createTroubles(plan: DayPlan, tools: TroubleTools): DayTroubles {
  const done: TroubleName[] = [];
  const waiting = plan.troubles.map((one) => ({ ...one, random: new Random(one.seed) }));
  let moment = 0;
  let holder: Database.Database | null = null;

  /** Returns whether the trouble happened; some have to wait for another moment. */
  const make = (trouble: TroubleName, random: Random, isEvent: boolean): boolean => {
    switch (trouble) {
      case 'clock forward':
        tools.clock.jump(random.pick(JUMPS));
        return true;
      case 'clock back':
        tools.clock.jump(-random.pick(JUMPS));
        return true;
      case 'stop by SIGINT':
        tools.stop(new MirrorError('INTERRUPTED', 'Stopped by Ctrl-C.'));
        return true;
      case 'stop by SIGTERM':
        tools.stop(new MirrorError('TERMINATED', 'Stopped by SIGTERM.'));
        return true;
      case 'death of the process':
        tools.die(null);
        return true;
      case 'death by power cut':
        tools.die(random);
        return true;
      case 'death by a throwing listener':
        return isEvent;
      case 'database busy': {
        if (holder !== null || tools.mirror() === undefined) return false;
        holder = openSqlite(tools.database, { timeout: 0 });
        holder.exec('BEGIN IMMEDIATE');
        return true;
      }
      case 'disk full': {
        const sqlite = tools.mirror()?.sqlite;
        if (sqlite === undefined) return false;
        const pages = Number(sqlite.pragma('page_count', { simple: true }));
        sqlite.pragma(`max_page_count = ${pages + random.below(4)}`);
        return true;
      }
      case 'a second writer':
        tools.startSecondWriter();
        return true;
    }
  };

  return {
    done,
    passMoment(isEvent) {
      for (const at of plan.looks.filter((one) => one === moment)) tools.look(new Random(at));
      const due = waiting.filter((one: PlannedTrouble) => one.moment <= moment);
      moment++;
      for (const one of due) {
        if (!make(one.trouble, one.random, isEvent)) continue;
        waiting.splice(waiting.indexOf(one), 1);
        done.push(one.trouble);
        if (one.trouble === 'death by a throwing listener') throw new Error(THROWN_BY_LISTENER);
      }
    },
    end() {
      holder?.close();
      holder = null;
    },
  };
}
