import { DEPARTED_COLUMNS } from '../../cli/text/departed.ts';
import { listDeparted } from '../../history/transitions.ts';
import { CASE_PARAMETERS, parseCaseListRequest, toCasesSql } from '../lists/cases.ts';
import { DOCKET_PARAMETERS, parseDocketFilter, toDocketSql } from '../lists/docket.ts';
import { DOCUMENT_PARAMETERS, parseDocumentFilter, toDocumentsSql } from '../lists/documents.ts';
import { RUNS_SQL, makeRunPage, makeRunsPage } from './runs.ts';
import { checkCase } from '../../history/changes.ts';
import { makeAboutPage } from './about.ts';
import { makeAuditPage, makeAuditsPage, openAudit } from './audit.ts';
import { makeDocumentPage, makeDocumentsPage } from './documents.ts';
import { makeFurtherDocketPage, openFurtherDocket } from './further-docket.ts';
import { makeSchemaPage, makeTablePage } from './schema.ts';
import { TRANSITION_PARAMETERS, makeTransitionsPage, openTransitions } from './transitions.ts';
import { makeCasePage, makeSummaryPage } from './case.ts';
import { makeDocketPage } from './case-docket.ts';
import { makeHistoryPage, openHistory } from './case-history.ts';
import { makeCasesPage } from './cases.ts';
import { CHANGE_PARAMETERS, makeChangesPage, openChanges } from './changes.ts';
import type { ListRoute, PageRoute } from '../request.ts';
import { makeDepartedPage } from './departed.ts';
import { REFUSED_PARAMETERS, SEARCH_PARAMETERS } from '../lists/search.ts';
import { makeSearchPage } from './search.ts';
import { makeHomePage } from './home.ts';

const CASE = '/cases/:id{[0-9]+}';
/** The keys of dockets that have no id of the API are negative. */
const FURTHER_DOCKET = '/dockets/:id{-?[0-9]+}';
const AUDIT = '/audit/:name{[a-z_]+}';

/** Every page. */
export const PAGES: readonly PageRoute[] = [
  { path: '/', parameters: [], make: makeHomePage },
  { path: '/search', parameters: SEARCH_PARAMETERS, refused: REFUSED_PARAMETERS, make: makeSearchPage },
  {
    path: '/cases',
    parameters: CASE_PARAMETERS,
    make: makeCasesPage,
  },
  { path: CASE, parameters: ['as-of', 'page'], make: makeCasePage },
  { path: `${CASE}/summary`, parameters: ['page'], make: makeSummaryPage },
  { path: `${CASE}/docket`, parameters: DOCKET_PARAMETERS, make: makeDocketPage },
  { path: `${CASE}/history`, parameters: ['page'], make: makeHistoryPage },
  { path: '/changes', parameters: CHANGE_PARAMETERS, make: makeChangesPage },
  { path: '/departed', parameters: ['page'], make: makeDepartedPage },
  { path: '/runs', parameters: ['page'], make: makeRunsPage },
  { path: '/runs/:id{[0-9]+}', parameters: [], make: makeRunPage },
  { path: '/about', parameters: [], make: makeAboutPage },
  { path: `${CASE}/documents`, parameters: DOCUMENT_PARAMETERS, make: makeDocumentsPage },
  { path: '/documents/:id{[0-9]+}', parameters: ['page'], make: makeDocumentPage },
  { path: FURTHER_DOCKET, parameters: DOCKET_PARAMETERS, make: makeFurtherDocketPage },
  { path: '/transitions', parameters: TRANSITION_PARAMETERS, make: makeTransitionsPage },
  { path: '/audit', parameters: [], withAudits: true, make: makeAuditsPage },
  { path: AUDIT, parameters: ['page'], withAudits: true, make: makeAuditPage },
  { path: '/schema', parameters: [], make: makeSchemaPage },
  { path: '/schema/:name{[a-z_0-9]+}', parameters: [], make: makeTablePage },
];

/** Every list that can be downloaded, with the parameters of its page. A process of its own lists the results of a search. */
export const LISTS: readonly ListRoute[] = [
  {
    path: '/cases',
    parameters: CASE_PARAMETERS,
    fileName: () => 'cases',
    open: ({ mirror, params, asked }) => ({
      sql: toCasesSql(parseCaseListRequest(mirror.sqlite, params, asked)),
    }),
  },
  {
    path: `${CASE}/docket`,
    parameters: DOCKET_PARAMETERS,
    fileName: (id) => `case-${id}-docket`,
    open: ({ mirror, asked, id }) => {
      checkCase(mirror, id);
      return { sql: toDocketSql(parseDocketFilter({ caseId: id }, asked)) };
    },
  },
  {
    path: `${CASE}/documents`,
    parameters: DOCUMENT_PARAMETERS,
    fileName: (id) => `case-${id}-documents`,
    open: ({ mirror, asked, id }) => {
      checkCase(mirror, id);
      return { sql: toDocumentsSql(parseDocumentFilter(mirror, id, asked)) };
    },
  },
  {
    path: `${FURTHER_DOCKET}/entries`,
    parameters: DOCKET_PARAMETERS,
    fileName: (id) => `docket-${id}`,
    open: openFurtherDocket,
  },
  {
    path: '/transitions',
    parameters: TRANSITION_PARAMETERS,
    fileName: () => 'transitions',
    open: openTransitions,
  },
  { path: `${AUDIT}/cases`, parameters: [], fileName: (_, name) => `audit-${name}`, open: openAudit },
  { path: `${CASE}/history`, parameters: [], fileName: (id) => `case-${id}-history`, open: openHistory },
  { path: '/changes', parameters: CHANGE_PARAMETERS, fileName: () => 'changes', open: openChanges },
  {
    path: '/departed',
    parameters: [],
    fileName: () => 'departed',
    open: ({ mirror }) => ({ columns: DEPARTED_COLUMNS, objects: listDeparted(mirror) }),
  },
  { path: '/runs', parameters: [], fileName: () => 'runs', open: () => ({ sql: RUNS_SQL }) },
];
