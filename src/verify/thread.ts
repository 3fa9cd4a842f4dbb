import { workerData } from 'node:worker_threads';
import { runSecondThread } from './second-thread.ts';

// The start of the second thread of `verify`; see second-thread.ts.
runSecondThread(workerData as Parameters<typeof runSecondThread>[0]);
