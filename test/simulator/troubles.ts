/** Everything that goes wrong on this machine on a faulty day. */
export const TROUBLE_NAMES = [
  'clock forward',
  'clock back',
  'stop by SIGINT',
  'stop by SIGTERM',
  'death of the process',
  'death by power cut',
  'death by a throwing listener',
  'database busy',
  'disk full',
  'a second writer',
] as const;
export type TroubleName = (typeof TROUBLE_NAMES)[number];

/** Troubles that need the mirror's own connection. */
export const TROUBLES_OF_THE_FILE: ReadonlySet<TroubleName> = new Set(['database busy', 'disk full']);
