import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { toJsonText } from '../cli/text/words.ts';
import { showCase } from '../case/shown-fields.ts';
import { prepareIsWithheld } from '../db/public-names.ts';
import { findCase } from '../db/read-case.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { findOtherSource } from '../export/run.ts';
import { LIST_FORMS, type ListForm } from './addresses.ts';
import { ICON, STYLE } from './assets.ts';
import { streamList } from './download.ts';
import { refuseRequest, type Failure, makeErrorPage, renderFailureText, toFailure } from './failures.ts';
import { aimCode } from './html/html.ts';
import { type Page, renderPage } from './html/layout.ts';
import { LISTS, PAGES } from './pages/pages.ts';
import type { CaseIndex, MirrorReader } from './reader.ts';
import { type AuditCounter, findState } from './sql/audit-counts.ts';
import type { StatementRunner } from './sql/run-statement.ts';
import { serveSearchFiles, serveSql } from './sql/serve-sql.ts';
import { type Site, readParameters, toAsked } from './request.ts';

/** Nothing is loaded but the style sheet and the icon of this server; there are no scripts at all. */
const HEADERS = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  referrerPolicy: 'no-referrer',
  strictTransportSecurity: false, // the server speaks plain HTTP, to this machine only
  xXssProtection: false,
});

type Fetch = (request: Request, bindings: HttpBindings) => Response | Promise<Response>;

/** The server without its socket: it answers one request at a time. */
export function createApp(
  site: Site,
  reader: MirrorReader,
  index: CaseIndex,
  runner: StatementRunner,
  audits: AuditCounter,
  onUnexpected: (thrown: unknown) => void,
): { readonly fetch: Fetch } {
  const app = new Hono<{ Bindings: HttpBindings }>();

  const report = (thrown: unknown): void => {
    if (!(thrown instanceof MirrorError)) onUnexpected(thrown);
  };
  const sendPage = (context: Context, page: Page, status = 200): Response =>
    context.html(aimCode(renderPage(page).toString(), site.aim), status as 200);
  const sendFailure = (context: Context, failure: Failure): Response =>
    context.req.path.endsWith('.csv') || context.req.path.endsWith('.json')
      ? context.text(site.aim(renderFailureText(failure)), failure.status as 400)
      : sendPage(context, makeErrorPage(failure), failure.status);

  app.use(HEADERS);
  app.use(async (context, next) => {
    const refusal = refuseRequest({
      method: context.req.method,
      host: context.req.header('host'),
      origin: context.req.header('origin'),
      site: context.req.header('sec-fetch-site'),
      mode: context.req.header('sec-fetch-mode'),
      destination: context.req.header('sec-fetch-dest'),
    });
    // What a page shows can be removed from the mirror at any time, so no copy of it is kept.
    context.header('Cache-Control', 'no-store');
    if (refusal === null) return next();
    if (refusal.status === 405) context.header('Allow', 'GET, HEAD');
    return sendFailure(context, refusal);
  });

  app.get('/style.css', (context) =>
    context.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'no-cache' }),
  );
  app.get('/icon.svg', (context) => context.body(ICON, 200, { 'Content-Type': 'image/svg+xml' }));

  for (const { path, parameters, refused, withAudits, make } of PAGES)
    app.get(path, async (context) => {
      const params = readParameters(new URL(context.req.url).searchParams, parameters, { refused });
      const asked = toAsked(params);
      const auditCounts =
        withAudits === true
          ? await audits.count(reader.read((mirror, _, file) => findState(mirror, file)))
          : null;
      const [made, otherSource] = reader.read((mirror, stamp) => [
        make({ mirror, stamp, index, site, asked, params, auditCounts, ...readPath(context) }),
        findOtherSource(mirror, null),
      ]);
      return 'redirect' in made
        ? context.redirect(made.redirect, 302)
        : sendPage(context, { ...made, otherSource }, made.status);
    });

  for (const { path, parameters, fileName, open } of LISTS)
    for (const form of LIST_FORMS)
      app.get(`${path}.${form}`, async (context) => {
        const params = readParameters(new URL(context.req.url).searchParams, parameters);
        const asked = toAsked(params);
        const { id, name } = readPath(context);
        const stream = streamList(
          site.database,
          form,
          (mirror) => open({ mirror, site, asked, params, id, name }),
          {
            destroy: () => context.env.outgoing.destroy(),
            report,
          },
        );
        const headers = toFileHeaders(fileName(id, name), form);
        if (context.req.method !== 'HEAD') return context.body(stream, 200, headers);
        await stream.cancel();
        return context.body(null, 200, headers);
      });

  serveSql(app, runner, sendPage, toFileHeaders, report);
  serveSearchFiles(app, runner, site, toFileHeaders, report);

  app.get('/cases/:file{[0-9]+\\.json}', (context) => {
    readParameters(new URL(context.req.url).searchParams, []);
    const id = Number.parseInt(context.req.param('file'), 10);
    const payload = reader.read((mirror) =>
      showCase(findCase(mirror, id).payload, prepareIsWithheld(mirror)),
    );
    return context.body(`${toJsonText(payload, 2)}\n`, 200, toFileHeaders(`case-${id}`, 'json'));
  });

  app.notFound((context) =>
    sendFailure(
      context,
      toFailure(new MirrorError('PAGE_UNKNOWN', `There is no page at ${context.req.path.slice(0, 200)}.`)),
    ),
  );
  app.onError((thrown, context) => {
    report(thrown);
    return sendFailure(context, toFailure(thrown));
  });
  return app;
}

const TYPES: Readonly<Record<ListForm, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  json: 'application/json; charset=utf-8',
};

function toFileHeaders(name: string, form: ListForm): Record<string, string> {
  return {
    'Content-Type': TYPES[form],
    'Content-Disposition': `attachment; filename="${name}.${form}"`,
  };
}

/** The number or the name in the path. The pattern of the route restricts a number to digits. */
function readPath(context: Context): { readonly id: number; readonly name: string } {
  const { id = '0', name = '' } = context.req.param() as Record<string, string>;
  if (!Number.isSafeInteger(Number(id)))
    throw new MirrorError('PAGE_UNKNOWN', 'No case or run has such a number.');
  return { id: Number(id), name };
}
