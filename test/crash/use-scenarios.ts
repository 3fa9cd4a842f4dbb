import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { prepareScenarios, type Scenario, type ScenarioName } from './scenario.ts';

export interface Prepared {
  readonly folder: string;
  readonly scenarios: Readonly<Record<ScenarioName, Scenario>>;
}

/** The scenarios for the tests of a file, made once, in a folder that is removed after them. */
export function useScenarios(): () => Prepared {
  const folder = mkdtempSync(join(tmpdir(), 'clearinghouse-mirror-crash-'));
  let scenarios: Prepared['scenarios'] | undefined;
  beforeAll(async () => {
    scenarios = await prepareScenarios(folder);
  }, 120_000);
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  return () => {
    if (scenarios === undefined) throw new Error('The scenarios are made before the tests.');
    return { folder, scenarios };
  };
}
