import { createClient, type Client, type ClientOptions, type Surroundings } from './clearinghouse/client.ts';
import { createAgents } from './http-agents.ts';
import type { Settings } from './settings.ts';

/** The client that the settings describe; its time budget begins now. */
export function createClientFor(
  settings: Settings,
  token: string,
  surroundings: Surroundings,
  options: Pick<ClientOptions, 'pauseLeftMs' | 'onRetry'> = {},
): Client {
  return createClient(
    {
      api: settings.apiUrl,
      token,
      userAgent: settings.userAgent,
      delayMs: settings.delayMs,
      limits: settings,
      agents: createAgents(settings),
      retry: settings,
      budgetMs: settings.timeBudgetMinutes * 60_000,
      ...options,
    },
    surroundings,
  );
}
