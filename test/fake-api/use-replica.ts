import { afterEach } from '@jest/globals';
import { inventCollection } from '../../fake-api/collection/collection.ts';
import { type Replica, type ReplicaOptions, startReplica } from '../../fake-api/serve/server.ts';

const running: Replica[] = [];

afterEach(async () => {
  for (const replica of running.splice(0)) await replica.close();
});

/** A replica that is closed after the test; with 60 invented cases when no source is given. */
export async function useReplica(options: Partial<ReplicaOptions> = {}): Promise<Replica> {
  const replica = await startReplica({ source: inventCollection({ seed: 5, size: 60 }), ...options });
  running.push(replica);
  return replica;
}
