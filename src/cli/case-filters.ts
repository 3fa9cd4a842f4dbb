import { type Command, Option } from 'commander';
import { type Params, VALUE_FILTER_NAMES, type ValueFilter } from '../search/filters.ts';
import type { Flags } from './options.ts';

/** The heading of the filters in the help of a command. */
export const FILTER_GROUP = 'Filters:';

const FILTER_HELP: Readonly<Record<ValueFilter, string>> = {
  ongoing: 'only cases with this value of case_ongoing, such as Yes',
  court: 'only cases of this court',
  state: 'only cases of this state',
  issue: 'only cases with this issue',
  'case-type': 'only cases of this type',
};

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** Adds the filters of cases to a command. */
export function addCaseFilters(command: Command): Command {
  for (const name of VALUE_FILTER_NAMES)
    command.addOption(
      new Option(`--${name} <value>`, `${FILTER_HELP[name]}; can be repeated`)
        .argParser(collect)
        .helpGroup(FILTER_GROUP),
    );
  return command.addOption(
    new Option('--filed <range>', 'only cases filed then: 2015..2020, 2015-03.., 2015').helpGroup(
      FILTER_GROUP,
    ),
  );
}

/** The parameters of the filters, which have the same names in an address. */
export function toFilterFlags(flags: Flags): Params {
  return {
    filed: typeof flags.filed === 'string' ? [flags.filed] : undefined,
    ...Object.fromEntries(
      VALUE_FILTER_NAMES.map((name) => [
        name,
        flags[name === 'case-type' ? 'caseType' : name] as string[] | undefined,
      ]),
    ),
  };
}
