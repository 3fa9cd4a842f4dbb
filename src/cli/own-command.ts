import { Command, type HelpContext } from 'commander';
import { toSettingName } from '../config/settings.ts';
import { SETTINGS } from '../config/specs.ts';
import { joinWithOr, listClosest, suggestNames } from '../lib/closest-names.ts';
import { MirrorError } from '../errors/mirror-error.ts';

/** A command whose usage errors are errors of this program: a code, a sentence, a hint. */
export class OwnCommand extends Command {
  override createCommand(name?: string): Command {
    return new OwnCommand(name);
  }

  /** Otherwise commander would print the help of the whole program for the help of an unknown command. */
  override outputHelp(context?: HelpContext | ((text: string) => string)): void {
    const [first, second] = this.args;
    const asked = first === 'help' ? second : first;
    const isKnown =
      asked === undefined || asked.startsWith('-') || this.commands.some((one) => one.name() === asked);
    if (this.parent === null && !isKnown)
      this.error(`unknown command '${asked}'`, { code: 'commander.unknownCommand' });
    super.outputHelp(context as HelpContext);
  }

  /** Commander calls it with its own sentence, whose form depends on the code. Fails with USAGE. */
  override error(message: string, { code = '' }: { code?: string } = {}): never {
    const said = message.replace(/^error: /, '');
    const { sentence, hints } = (EXPLAIN[code] ?? explainOther)(said, this);
    const help = `\`${toPathOf(this)} --help\` ${this.parent === null ? 'lists the commands' : 'shows how it is used'}.`;
    throw new MirrorError('USAGE', sentence, {
      hint: [...hints, help].filter((hint) => hint !== null).join(' '),
    });
  }
}

interface Explanation {
  readonly sentence: string;
  readonly hints: readonly (string | null)[];
}

const ALONE = '/cases in `browse` and `clearinghouse-mirror query` list the cases of filters alone.';

const SETTING_FLAGS = Object.values(SETTINGS).flatMap(({ flag }) => flag?.split(' ', 1) ?? []);

/** The program itself has general options only. */
const ORDER = 'Options come after the command: `clearinghouse-mirror COMMAND --option`.';

type Explain = (said: string, command: Command) => Explanation;

const explainOther: Explain = (said) => ({
  sentence: `${said.slice(0, 1).toUpperCase()}${said.slice(1).replace(/\.$/, '')}.`,
  hints: [],
});

const EXPLAIN: Readonly<Record<string, Explain>> = {
  'commander.unknownCommand': (said, command) => {
    const name = quotedIn(said);
    const known = command.commands.map((one) => one.name());
    return {
      sentence: `There is no command ${JSON.stringify(name)}.`,
      hints: [suggest(name, known)],
    };
  },
  'commander.unknownOption': (said, command) => {
    const [name = ''] = quotedIn(said).split('=', 1);
    const known = command
      .createHelp()
      .visibleOptions(command)
      .flatMap(({ long }) => long ?? [])
      .concat(command.parent === null ? SETTING_FLAGS : []);
    const ours = `--${toSettingName(name).replaceAll('_', '-')}`;
    const choice = command.options.find(({ argChoices }) => argChoices?.includes(name.slice(2)));
    const other =
      choice === undefined
        ? spellOtherwise(name, findValue(command, name), known)
        : `${choice.long} ${name.slice(2)}`;
    const certain = known.includes(ours) ? ours : other;
    const meant = certain === null ? listClosest(name, known) : [certain];
    const isOfCommand =
      command.parent === null && (meant.length === 0 || SETTING_FLAGS.includes(meant[0] ?? ''));
    return {
      sentence: `${toTitle(command)} has no option ${name}.`,
      hints: [suggestNames(meant.filter((one) => one !== name)), isOfCommand ? ORDER : null],
    };
  },
  'commander.missingArgument': (said, command) => {
    const name = quotedIn(said);
    const description = command.registeredArguments.find((one) => one.name() === name)?.description;
    return {
      sentence: `${toTitle(command)} needs an argument: <${name}>${description === undefined ? '' : `, ${description}`}.`,
      hints: [command.name() === 'search' ? ALONE : null],
    };
  },
  'commander.optionMissingArgument': (said) => {
    const flags = quotedIn(said);
    return { sentence: `${toFlag(flags)} needs a value: ${flags}.`, hints: [] };
  },
  'commander.excessArguments': (_said, command) => {
    const { length } = command.registeredArguments;
    const first = command.args[length]?.trimStart();
    const takes = length === 0 ? 'no argument' : length === 1 ? 'one argument' : `${length} arguments`;
    return {
      sentence: `${toTitle(command)} takes ${takes}, and ${JSON.stringify(first)} is one too many.`,
      hints: ['Put what has spaces in quotes.'],
    };
  },
  'commander.invalidArgument': (said, command) => {
    const { flags, value = '', why = '' } = INVALID.exec(said)?.groups ?? {};
    const choices = command.options.find((option) => option.flags === flags)?.argChoices ?? [];
    const what = flags === undefined ? `<${INVALID.exec(said)?.groups?.name ?? ''}>` : toFlag(flags);
    const expected = why.replace(
      /^Allowed choices are (.*)\.$/,
      (_all, list: string) => `It takes ${joinWithOr(list.split(', '))}.`,
    );
    return {
      sentence: `${what} cannot be ${JSON.stringify(value)}.`,
      // Of so few choices, the closest ones are no suggestion.
      hints: [choices.length <= MAX_PLAIN_CHOICES ? null : suggest(value, choices), expected],
    };
  },
};

const MAX_PLAIN_CHOICES = 2;

/** How commander says that a value does not fit: of an option, or of an argument. */
const INVALID =
  /^(?:option '(?<flags>[^']+)' argument|command-argument value) '(?<value>.*)' is invalid(?: for argument '(?<name>[^']+)')?\. (?<why>.*)$/s;

/** The value that follows an unknown option on the command line. */
function findValue(command: Command, name: string): string | null {
  const { rawArgs } = (command.parent ?? command) as Command & { readonly rawArgs: readonly string[] };
  const at = rawArgs.findIndex((one) => one === name || one.startsWith(`${name}=`));
  const value = rawArgs[at]?.startsWith(`${name}=`) ? rawArgs[at].slice(name.length + 1) : rawArgs[at + 1];
  return value === undefined || !/^[\w.:-]{1,40}$/.test(value) || value.startsWith('-') ? null : value;
}

/** How this command spells what an option of other commands means; null if it has no such options. */
function spellOtherwise(name: string, value: string | null, known: readonly string[]): string | null {
  if (value !== null && known.includes(`--${value}`)) return `--${value}`;
  if (name !== '--run') return null;
  const run = value ?? 'N';
  if (known.includes('--since') && known.includes('--until')) return `--since ${run} --until ${run}`;
  return known.includes('--as-of') ? `--as-of ${run}` : null;
}

function quotedIn(said: string): string {
  return /'(.*?)'(?: argument missing|\n|$)/s.exec(said)?.[1] ?? said;
}

/** "--limit" of "--limit <n>", or "-V, --version". */
function toFlag(flags: string): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags;
}

function suggest(name: string, known: readonly string[]): string | null {
  return suggestNames(listClosest(name, known));
}

/** "`case`", or the program where no command was named. */
function toTitle(command: Command): string {
  return `\`${command.name()}\``;
}

function toPathOf(command: Command): string {
  return command.parent === null ? command.name() : `${command.parent.name()} ${command.name()}`;
}
