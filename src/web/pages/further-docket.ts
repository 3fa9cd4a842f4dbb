import type { Mirror } from '../../db/open-mirror.ts';
import { toCaseName } from '../../cli/text/words.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { clipText } from '../../lib/layout.ts';
import { ADDRESS } from '../addresses.ts';
import { html, linkTo } from '../html/html.ts';
import type { Page } from '../html/layout.ts';
import { renderFacts } from '../html/parts.ts';
import type { ListSource } from '../download.ts';
import { parseDocketFilter, toDocketSql } from '../lists/docket.ts';
import type { ListRequest, PageRequest } from '../request.ts';
import { renderDocket } from './case-docket.ts';

const MAX_TEXT = 300;

interface DocketRow {
  readonly docket_number_manual: string | null;
  readonly court: string | null;
  readonly state: string | null;
  readonly recap_link: string | null;
  readonly mirror_first_run_id: number;
}

/** A docket of a case other than its main docket. */
export function makeFurtherDocketPage({ mirror, site, asked, id }: PageRequest): Page {
  const docket = findDocket(mirror, id);
  const textOf = (value: string | null): string => clipText((value ?? '').trim(), MAX_TEXT);
  const number = textOf(docket.docket_number_manual) || '(no number)';
  const cases = listCases(mirror, id);
  const facts = [
    { label: 'Court', value: textOf(docket.court) },
    { label: 'State', value: textOf(docket.state) },
  ].filter(({ value }) => value !== '');
  const link = textOf(docket.recap_link);
  return {
    title: `Docket ${number}`,
    kicker: cases.map((one) => linkTo(ADDRESS.case(one.id), `Case ${one.id}: ${toCaseName(one.name)}`)),
    section: 'cases',
    body: html`
      ${facts.length === 0 ? null : renderFacts(facts)}
      ${/^https?:/i.test(link) ? html`<p class="links-out">${linkTo(link, 'This docket on RECAP')}</p>` : null}
      ${renderDocket(
        { mirror, site, asked },
        { docketKey: id },
        docket.mirror_first_run_id,
        (filters, form) => ADDRESS.furtherDocket(id, filters, form),
      )}
    `,
  };
}

export function openFurtherDocket({ mirror, asked, id }: ListRequest): ListSource {
  findDocket(mirror, id);
  return { sql: toDocketSql(parseDocketFilter({ docketKey: id }, asked)) };
}

/** Fails with PAGE_UNKNOWN, also for a docket that is not for the public. */
function findDocket({ sqlite }: Mirror, key: number): DocketRow {
  const row = sqlite
    .prepare<[number], DocketRow>(
      `SELECT docket_number_manual, court, state, recap_link, mirror_first_run_id FROM further_dockets
       WHERE mirror_key = ? AND mirror_hidden IS NULL AND mirror_redacted_run_id IS NULL`,
    )
    .get(key);
  if (row === undefined)
    throw new MirrorError('PAGE_UNKNOWN', `The mirror has no docket ${key} besides main dockets.`);
  return row;
}

function listCases({ sqlite }: Mirror, key: number): { id: number; name: string | null }[] {
  return sqlite
    .prepare<[number], { id: number; name: string | null }>(
      `SELECT cases.id, cases.name FROM case_further_dockets AS link JOIN cases ON cases.id = link.case_id
       WHERE link.docket_key = ? AND link.mirror_to_run_id IS NULL ORDER BY cases.id LIMIT 20`,
    )
    .all(key);
}
