import { afterEach } from '@jest/globals';
import { inventCollection } from '../../fake-api/collection/collection.ts';
import { type FakeApi, type FakeApiOptions, startFakeApi } from '../../fake-api/serve/server.ts';

const running: FakeApi[] = [];

afterEach(async () => {
  for (const fakeApi of running.splice(0)) await fakeApi.close();
});

/** A fake API that is closed after the test; with 60 invented cases when no source is given. */
export async function useFakeApi(options: Partial<FakeApiOptions> = {}): Promise<FakeApi> {
  const fakeApi = await startFakeApi({ source: inventCollection({ seed: 5, size: 60 }), ...options });
  running.push(fakeApi);
  return fakeApi;
}
