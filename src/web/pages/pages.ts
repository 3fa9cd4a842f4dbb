import { DEPARTED_COLUMNS } from '../../cli/text/departed.ts';
import { listDeparted } from '../../history/transitions.ts';
import { CASE_PARAMETERS, parseCaseListRequest, toCasesSql } from '../lists/cases.ts';
import { DOCKET_PARAMETERS, parseDocketFilter, toDocketSql } from '../lists/docket.ts';
import { RUNS_SQL, makeRunPage, makeRunsPage } from './runs.ts';
import { checkCase } from '../../history/changes.ts';
import { makeAboutPage } from './about.ts';
import { makeCasePage, makeSummaryPage } from './case.ts';
import { makeDocketPage } from './case-docket.ts';
import { makeHistoryPage, openHistory } from './case-history.ts';
import { makeCasesPage } from './cases.ts';
import { CHANGE_PARAMETERS, makeChangesPage, openChanges } from './changes.ts';
import type { ListRoute, PageRoute } from '../request.ts';
import { makeDepartedPage } from './departed.ts';
import { makeFindPage } from './find.ts';
import { makeHomePage } from './home.ts';

const CASE = '/cases/:id{[0-9]+}';

/** Every page. */
export const PAGES: readonly PageRoute[] = [
  { path: '/', parameters: [], make: makeHomePage },
  { path: '/find', parameters: ['q', 'page'], make: makeFindPage },
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
];

/** Every list that can be downloaded, with the parameters of its page. */
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
      return { sql: toDocketSql(parseDocketFilter(id, asked)) };
    },
  },
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
