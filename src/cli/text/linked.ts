import type { DocumentListCheck } from '../../db/linked/document-list.ts';
import type { LinkedPassRow, LinkedState } from '../../db/linked/passes.ts';
import { renderCount, renderPlural, wrapText } from '../../lib/layout.ts';
import { localizeTimes, toLocalMinute } from '../../lib/local-time.ts';
import {
  type LinkedReport,
  type LinkedSums,
  type SkippedPass,
  isSkipped,
  toPassWords,
} from '../../sync/linked/report.ts';
import { renderTable } from './table.ts';
import { renderDuration } from './words.ts';

/** `1,200 lists read (300 empty), 2 failed`. */
export function renderLinkedSums({
  lists_read,
  lists_empty,
  lists_failed,
  lists_doubted,
}: Pick<LinkedSums, 'lists_read' | 'lists_empty' | 'lists_failed' | 'lists_doubted'>): string {
  return [
    `${renderPlural(lists_read, 'list')} read${lists_empty === 0 ? '' : ` (${renderCount(lists_empty)} empty)`}`,
    ...(lists_failed === 0 ? [] : [`${renderCount(lists_failed)} failed`]),
    ...(lists_doubted === 0 ? [] : [`${renderCount(lists_doubted)} in doubt`]),
  ].join(', ');
}

const ENDINGS = {
  complete: 'No further list is due.',
  budget: 'The budget is spent; the rest follows in later runs.',
  failed: 'THE PASS FAILED.',
  interrupted: 'The pass was interrupted.',
} as const;

/** The linked pass after a sync: its sums and the first failures. */
export function renderLinkedReport(result: LinkedReport | SkippedPass, timeZone: string): string {
  if (isSkipped(result)) return localizeTimes(`Linked lists: not read. ${result.skipped}\n`, timeZone);
  const { sums, outcome, startedAt, endedAt, error, left, notOffered, failures } = result;
  const took = renderDuration(Math.max(0, endedAt.getTime() - startedAt.getTime()));
  const others = sums.lists_failed - failures.length;
  const lines = [
    `Linked lists: ${renderLinkedSums(sums)}, in ${took}: ${renderPlural(sums.requests, 'request')} (${renderPlural(sums.retries, 'retry', 'retries')}).`,
    `Records: ${renderCount(sums.records_new)} new, ${renderCount(sums.records_changed)} changed, ${renderCount(sums.records_gone)} gone.`,
    `${ENDINGS[outcome]}${left === 0 ? '' : ` Still due: ${renderPlural(left, 'list')}.`}`,
    ...(error === null ? [] : [`${error.message} [${error.code}]`, `Hint: ${error.hint}`]),
    ...notOffered.map((kind) => `The API does not seem to offer ${kind}: every list is a 404.`),
    ...failures.map(
      ({ caseId, kind, error: one }) => `Case ${caseId}, ${kind}: ${one.message} [${one.code}]`,
    ),
    ...(others > 0 ? [`And ${renderPlural(others, 'more failed list')}: see linked_lists.`] : []),
  ];
  return localizeTimes(`${lines.join('\n')}\n`, timeZone);
}

/** The same as `--json` prints it; its names are those of the columns of `linked_passes`. */
export function toLinkedJson(result: LinkedReport | SkippedPass) {
  if (isSkipped(result)) return { event: 'linked-pass', outcome: 'skipped', reason: result.skipped };
  const { passId, runId, outcome, startedAt, endedAt, due, left, sums, notOffered, failures, error } = result;
  return {
    event: 'linked-pass',
    pass_id: passId,
    run_id: runId,
    outcome,
    started_at: startedAt.toISOString(),
    ended_at: endedAt.toISOString(),
    lists_due: due,
    lists_left: left,
    ...sums,
    not_offered: notOffered,
    failures: failures.map(({ caseId, kind, error: { code, message } }) => ({
      case_id: caseId,
      kind,
      code,
      message,
    })),
    error: error === null ? null : { code: error.code, message: error.message, hint: error.hint },
  };
}

/** The linked lists in `status`: how many were read, how old the oldest is, and how the newest pass ended. */
export function renderLinkedState(
  { kinds, pass, documentList }: LinkedState,
  width: number,
  timeZone: string,
): string {
  if (pass === null && kinds.every(({ read, failing }) => read + failing === 0))
    return `\nLinked lists: not read yet\n`;
  const table = renderTable(
    [
      { heading: 'linked lists' },
      ...['cases', 'read', 'never', 'failing', 'doubt', 'records'].map(
        (heading) => ({ heading, align: 'right', fit: 'whole' }) as const,
      ),
      { heading: 'oldest read', fit: 'whole' },
    ],
    kinds.map((one) => [
      one.not_offered ? `${one.kind} (not offered)` : one.kind,
      renderCount(one.lists),
      one.lists === 0
        ? renderCount(one.read)
        : `${renderCount(one.read)} (${Math.floor((100 * one.read) / one.lists)}%)`,
      renderCount(one.never_read),
      renderCount(one.failing),
      renderCount(one.doubted),
      renderCount(one.records),
      one.oldest_read_at === null ? 'never' : toLocalMinute(one.oldest_read_at, timeZone),
    ]),
    width,
  );
  return `\n${table}${pass === null ? '' : wrapText(localizeTimes(renderPass(pass), timeZone), width)}${documentList === null ? '' : wrapText(localizeTimes(renderDocumentList(documentList), timeZone), width)}`;
}

const ANSWERS = {
  not_offered: 'the API does not offer one, so the documents are read case by case',
  without_case: 'offered, but it does not name the case of a document, so it is not used',
  wrong_case: 'offered, but it contradicts the lists of the cases, so it is not used',
  unconfirmed: 'offered, but too few of its documents are known to tell whether it names their cases',
  names_case: 'offered, and it names the case of a document: lists that it shows as changed are read first',
  unclear: 'no clear answer',
} as const;

/** `list of all documents, at ...: not offered.` */
function renderDocumentList({ checked_at, answer, error_code }: DocumentListCheck): string {
  return `list of all documents, at ${checked_at}: ${ANSWERS[answer]}${error_code === null ? '' : ` (${error_code})`}.`;
}

function renderPass(pass: LinkedPassRow): string {
  const { run_id, started_at, outcome, error_code, error_message, paused_until } = pass;
  const why = error_message === null ? '' : ` ${error_code ?? ''}: ${error_message}`;
  const pause =
    paused_until === null ? '' : ` The server asked for no request for linked lists before ${paused_until}.`;
  return `newest pass over linked lists, after run ${run_id} at ${started_at}: ${toPassWords(outcome, error_code !== null)}, ${renderLinkedSums(pass)}.${why}${pause}`;
}

/** Linked lists of a case that departed are not counted. */
export function toLinkedStateJson({ kinds, pass, documentList }: LinkedState) {
  return { linked_lists: kinds, linked_pass: pass, document_list: documentList };
}
