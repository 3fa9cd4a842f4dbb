import { describe, expect, test } from '@jest/globals';
import { type Fault, type FaultRule, always, firstTries, once, page } from '../../fake-api/serve/faults.ts';
import { type FakeApiRequest } from '../../fake-api/serve/request.ts';
import { ask } from './ask.ts';
import { useFakeApi } from './use-fake-api.ts';

const BUSY: Fault = { kind: 'status', status: 503 };

/** The lists of the responses to these paths, one after the other. */
async function lists(faults: FaultRule | readonly FaultRule[], ...paths: string[]): Promise<number[]> {
  const fakeApi = await useFakeApi({ faults, pageSize: 10 });
  const responses: number[] = [];
  for (const path of paths) responses.push((await ask(fakeApi, path)).status);
  return responses;
}

describe('a rule', () => {
  test('always answers every list request with the fault, and no other request', async () => {
    expect(await lists(always(BUSY), 'cases/', 'cases/?page=2', 'test', 'cases/')).toEqual([
      503, 503, 200, 503,
    ]);
  });

  test('once hits the first matching request only', async () => {
    const paths = ['cases/', 'cases/?page=2', 'cases/?page=2', 'cases/'];
    expect(await lists(once(BUSY, page(2)), ...paths)).toEqual([200, 503, 200, 200]);
  });

  test('firstTries hits the first requests of each URL', async () => {
    const paths = ['cases/', 'cases/', 'cases/?page=2', 'cases/', 'cases/?page=2', 'cases/?page=2'];
    expect(await lists(firstTries(2, BUSY), ...paths)).toEqual([503, 503, 503, 200, 503, 200]);
  });

  test('page matches the page of one status when one is named', async () => {
    const paths = [
      'cases/?case_ongoing=5021&page=2',
      'cases/?page=2&case_ongoing=5020',
      'cases/?case_ongoing=5020',
    ];
    expect(await lists(always(BUSY, page(2, 5020)), ...paths)).toEqual([200, 503, 200]);
  });

  test('is asked in order with the others; the first fault decides', async () => {
    const gone: Fault = { kind: 'status', status: 504 };
    expect(await lists([once(BUSY), always(gone)], 'cases/', 'cases/')).toEqual([503, 504]);
    expect(await lists([], 'cases/')).toEqual([200]);
  });

  test('receives the request and how often its URL was requested', async () => {
    const seen: FakeApiRequest[] = [];
    const watch: FaultRule = (request) => {
      seen.push(request);
      return undefined;
    };
    await lists(
      watch,
      'cases/?page=3&case_ongoing=5020',
      'test',
      'cases/?page=3&case_ongoing=5020',
      'cases/44/dockets',
    );
    const filters = { case_ongoing: 5020 };
    const url = '/api/v2p1/cases/?page=3&case_ongoing=5020';
    expect(seen).toMatchObject([
      { number: 1, attempt: 1, method: 'GET', url, page: 3, filters, route: { kind: 'cases' } },
      { number: 2, attempt: 1, page: 1, filters: {}, route: { kind: 'test' } },
      { number: 3, attempt: 2, url },
      { number: 4, route: { kind: 'linked', caseId: 44, list: 'dockets' } },
    ]);
  });
});
