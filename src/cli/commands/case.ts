import type { Command } from 'commander';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import { findCaseAsOf, toPresenceThen } from '../../history/case-as-of.ts';
import { findCaseListsAsOf } from '../../history/lists-as-of.ts';
import { findRunAsOf } from '../../history/period.ts';
import type { AsOf } from '../../history/moments.ts';
import { showCase, showRecord } from '../../case/shown-fields.ts';
import { prepareIsWithheld } from '../../db/public-names.ts';
import { type Presence, type StoredCase, findCase, findPresence } from '../../db/read-case.ts';
import { LINKED_KINDS } from '../../api/linked-fields.ts';
import { toFilePath, toFilesFolder } from '../../db/linked/file-store.ts';
import { findStoredFiles } from '../../db/linked/files.ts';
import { type CaseList, findCaseList } from '../../db/linked/read-records.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { say, textWidth, write, writePieces, type Io } from '../io.ts';
import { type Flags, MOMENT_HELP, addSettings, readAsOf, readSettings } from '../options.ts';
import { toAim } from '../suggested-commands.ts';
import { renderCase, renderCaseMarkdown, toCaseDocument } from '../text/case.ts';
import { type FilesOfCase, toListsJson } from '../text/case-lists.ts';
import { toJsonLine, toJsonText } from '../text/words.ts';
import { AS_OF, renderRunAsOf, toRunAsOfJson } from '../text/period.ts';
import { listHistoryJson, renderCaseHistory } from '../text/case-history.ts';
import { MARKDOWN, toPlainStyle } from '../text/style.ts';
import { resolveCase, withMirror, withMirrorMoment } from '../with-mirror.ts';

export function defineOptions(command: Command): Command {
  return addSettings(
    command
      .option('--docket', 'show every docket entry in full')
      .option('--history', 'show what changed in the case and in its linked lists, run by run')
      .option('--markdown', 'print Markdown')
      .option('--raw', 'print the JSON exactly as the API sent it')
      .option('--json', "print one line of JSON: the API's JSON and the mirror's metadata")
      .option(...AS_OF),
    ['database'],
  ).addHelpText(
    'after',
    `
A number or a name must match one case. If it matches several, they are listed and the exit code is 2.

Examples:
  $ clearinghouse-mirror case 10002
  $ clearinghouse-mirror case https://clearinghouse.net/case/10002/ --docket
  $ clearinghouse-mirror case 4:19-cv-00123
  $ clearinghouse-mirror case Alder Thimble County
  $ clearinghouse-mirror case 10002 --raw > case.json
  $ clearinghouse-mirror case 10002 --as-of 2030-01-31
  $ clearinghouse-mirror case 10002 --history

${MOMENT_HELP}
A historical case is verified by its fingerprint; only the order of lists may differ. Its documents, further dockets and
resources are those of that time; a list that was first read later was not read yet. What is not for the public now
is in no earlier state either.

The name of a related case that has left the site is left out. --raw has it, unless the case was redacted. Objects that
this version does not know are left out too, because they may not be public. --raw has them.`,
  );
}

export async function runCommand(words: readonly string[], flags: Flags, io: Io): Promise<ExitName> {
  const form = toForm(flags);
  if (flags.history === true) return showHistory(words, form, flags, io);
  const asOf = typeof flags.asOf === 'string' ? readAsOf(flags.asOf, io) : null;
  const { database } = readSettings(flags, io);
  const {
    case: stored,
    presence,
    notes,
    lists,
    files,
  } = withMirror(database, (mirror) => {
    const found = find(mirror, resolveCase(mirror, words.join(' '), io), asOf, io);
    return form === 'raw' ? found : withhold(mirror, found);
  });
  const { id, payload, fingerprint, firstRunId, changedRunId } = stored;
  if (form === 'raw') {
    await write(io.stdout, `${toJsonText(payload, 2)}\n`);
  } else if (form === 'json') {
    const own = { id, fingerprint, first_run_id: firstRunId, changed_run_id: changedRunId };
    await write(
      io.stdout,
      toJsonLine({
        ...own,
        ...presence,
        ...notes,
        payload,
        linked: toListsJson(
          lists,
          files,
          asOf === null ? (hash) => toFilePath(toFilesFolder(database), hash) : null,
        ),
      }),
    );
  } else {
    const { timeZone } = io;
    const isDocketWhole = flags.docket === true;
    const told = toCaseDocument({
      payload,
      presence,
      firstRunId,
      changedRunId,
      timeZone,
      isDocketWhole,
      lists,
      files,
    });
    await writePieces(
      io.stdout,
      form === 'markdown' ? renderCaseMarkdown(told) : renderCase(told, textWidth(io)),
    );
  }
  return 'complete';
}

/** Prints the history of a case: in the form of `changes`, after what is known of its linked lists. */
async function showHistory(
  words: readonly string[],
  form: ReturnType<typeof toForm>,
  flags: Flags,
  io: Io,
): Promise<ExitName> {
  const [other] = ['raw', 'docket', 'asOf'].filter((name) => flags[name] !== undefined);
  if (other !== undefined)
    throw new MirrorError('USAGE', `--history does not go with --${other === 'asOf' ? 'as-of' : other}.`, {
      hint: 'Use --json or --markdown. `changes --case ID --since TIME` shows a part of the history.',
    });
  await withMirrorMoment(readSettings(flags, io).database, async (mirror) => {
    const id = resolveCase(mirror, words.join(' '), io);
    const { timeZone } = io;
    const style = form === 'markdown' ? MARKDOWN : toPlainStyle(textWidth(io), toAim(io, flags));
    const pieces =
      form === 'json' ? listHistoryJson(mirror, id) : renderCaseHistory(mirror, id, timeZone, style);
    await writePieces(io.stdout, pieces);
  });
  return 'complete';
}

const FORMS = ['raw', 'json', 'markdown'] as const;

function toForm(flags: Flags): (typeof FORMS)[number] | 'text' {
  const [form = 'text', other] = FORMS.filter((name) => flags[name] === true);
  if (other !== undefined)
    throw new MirrorError('USAGE', `\`case\` takes --${form} or --${other}, and not both.`);
  return form;
}

interface Found {
  readonly case: StoredCase;
  readonly presence: Presence;
  /** The members of --json for the requested time. */
  readonly notes: object;
  /** Its linked lists. */
  readonly lists: readonly CaseList[];
  /** The stored files of its documents. */
  readonly files: FilesOfCase;
}

const HOLDERS = { documents: 'document', dockets: 'docket', resources: 'resource' } as const;

/** Leaves out what may not be public: names of related cases, and unknown objects. */
function withhold(mirror: Mirror, found: Found): Found {
  const payload = showCase(found.case.payload, prepareIsWithheld(mirror));
  const lists = found.lists.map((list) => ({
    ...list,
    records: list.records.map((one) => ({ ...one, payload: showRecord(HOLDERS[list.kind], one.payload) })),
  }));
  return { ...found, case: { ...found.case, payload }, lists };
}

function find(mirror: Mirror, id: number, asOf: AsOf | null, io: Io): Found {
  if (asOf === null) {
    const lists = LINKED_KINDS.map((kind) => findCaseList(mirror, id, kind));
    const documents = lists.flatMap(({ kind, records }) => (kind === 'documents' ? records : []));
    return {
      case: findCase(mirror, id),
      presence: findPresence(mirror, id),
      notes: {},
      lists,
      files: findStoredFiles(
        mirror,
        documents.map(({ key }) => key),
      ),
    };
  }
  const run = findRunAsOf(mirror, asOf);
  const then = findCaseAsOf(mirror, id, run.runId);
  const presence = toPresenceThen(mirror, then.departedRunId, run.runId, id);
  say(io.stderr, `${renderRunAsOf(run, io.timeZone)}\n`);
  return {
    case: then,
    presence,
    notes: toRunAsOfJson(run),
    lists: findCaseListsAsOf(mirror, id, run.runId, presence),
    files: new Map(),
  };
}
