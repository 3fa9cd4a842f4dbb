import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { MirrorError } from '../../errors/mirror-error.ts';
import { LIST_FORMS } from '../addresses.ts';
import { toFailure } from '../failures.ts';
import type { Page } from '../html/layout.ts';
import { MAX_SQL, type SqlResult, makeSqlPage } from '../pages/sql.ts';
import { parseSearchRequest } from '../../search/request.ts';
import { REFUSED_PARAMETERS, SEARCH_PARAMETERS, refuseAsOf, toSearchTask } from '../lists/search.ts';
import { type Site, readParameters, toAsked } from '../request.ts';
import type { StatementRunner } from './run-statement.ts';

type SqlContext = Context<{ Bindings: HttpBindings }>;

/** Serves the page for statements, and their results as files. */
export function serveSql(
  app: Hono<{ Bindings: HttpBindings }>,
  runner: StatementRunner,
  sendPage: (context: Context, page: Page, status?: number) => Response,
  toFileHeaders: (name: string, form: 'csv' | 'json') => Record<string, string>,
  report: (thrown: unknown) => void,
): void {
  app.get('/sql', async (context) => {
    const sql = readStatement(context);
    if (sql === '') return sendPage(context, makeSqlPage(sql, { kind: 'none' }));
    if (isFromElsewhere(context)) return sendPage(context, makeSqlPage(sql, { kind: 'not run' }));
    const result = await run(context, sql);
    return sendPage(
      context,
      makeSqlPage(sql, result),
      result.kind === 'failed' ? result.failure.status : 200,
    );
  });

  async function run(context: SqlContext, sql: string): Promise<SqlResult> {
    const begun = performance.now();
    try {
      const rows = await runner.run(sql, toSignal(context));
      return { kind: 'rows', rows, milliseconds: Math.round(performance.now() - begun) };
    } catch (thrown) {
      report(thrown);
      return { kind: 'failed', failure: toFailure(thrown) };
    }
  }

  for (const form of LIST_FORMS)
    app.get(`/sql.${form}`, async (context) => {
      const sql = readStatement(context);
      if (sql === '')
        throw new MirrorError('USAGE', 'The address has no statement.', { hint: 'Give one as `sql`.' });
      if (isFromElsewhere(context))
        throw new MirrorError('REQUEST_REFUSED', 'A link on another website would run a statement.');
      const headers = toFileHeaders('result', form);
      if (context.req.method === 'HEAD') return context.body(null, 200, headers);
      const stream = await runner.open(sql, form, toSignal(context));
      return context.body(breakOnFailure(stream, context, report), 200, headers);
    });
}

/** Serves all results of a search as files. To find all that match a common word takes seconds, so the pages do not wait. */
export function serveSearchFiles(
  app: Hono<{ Bindings: HttpBindings }>,
  runner: StatementRunner,
  site: Site,
  toFileHeaders: (name: string, form: 'csv' | 'json') => Record<string, string>,
  report: (thrown: unknown) => void,
): void {
  for (const form of LIST_FORMS)
    app.get(`/search.${form}`, async (context) => {
      const params = readParameters(new URL(context.req.url).searchParams, SEARCH_PARAMETERS, {
        refused: REFUSED_PARAMETERS,
      });
      refuseAsOf(toAsked(params));
      parseSearchRequest(params); // refuses what cannot be searched before a process starts
      const headers = toFileHeaders('search', form);
      if (context.req.method === 'HEAD') return context.body(null, 200, headers);
      const stream = await runner.open(toSearchTask(params, site), form, toSignal(context));
      return context.body(breakOnFailure(stream, context, report), 200, headers);
    });
}

function readStatement(context: SqlContext): string {
  const params = readParameters(new URL(context.req.url).searchParams, ['sql'], { maxLength: MAX_SQL });
  return (toAsked(params).sql ?? '').trim();
}

/** Whether a link on another website led here. It may fill in a statement, and not run it. */
function isFromElsewhere(context: SqlContext): boolean {
  return ['cross-site', 'same-site'].includes(context.req.header('sec-fetch-site') ?? '');
}

/** Fires when the reader leaves. */
function toSignal(context: SqlContext): AbortSignal {
  const left = new AbortController();
  const { outgoing } = context.env;
  if (outgoing.destroyed) left.abort();
  outgoing.once('close', () => {
    left.abort();
  });
  return left.signal;
}

/** Breaks the connection if the stream fails, so that the file looks incomplete. */
function breakOnFailure(
  stream: ReadableStream<Uint8Array>,
  context: SqlContext,
  report: (thrown: unknown) => void,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { value, done } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (thrown) {
          context.env.outgoing.destroy();
          report(thrown);
          controller.close();
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 1 },
  );
}
