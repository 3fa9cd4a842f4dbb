import { readFileSync, statSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import type { PublishAddress } from '../config/parsers.ts';
import type { ExportPlace } from '../db/exports.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { renderOwnCommand } from '../lib/command-line.ts';
import { codeOf, wordsOf } from '../lib/system-errors.ts';
import { type SslMode, type TlsRequest, isSocket, parseSslMode } from './tls.ts';

/*
 * Where and as whom to connect: the address, then the variables of libpq, a service file and a password file, as psql
 * does. No message here contains the address or a part of it, because an address may contain a password.
 */

/** What a connection needs. */
export interface Server {
  /** A name, an IP address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** Null if none is known: a server that trusts the user asks for none. */
  readonly password: string | null;
  readonly tls: TlsRequest | null;
  readonly connectMs: number;
  /** What else the address says, for a command that publishes there again. No password; paths are absolute. */
  readonly recordedOptions: Readonly<Record<string, string>>;
  /** Where the address was set, for messages. */
  readonly from: string;
}

type Options = Readonly<Partial<Record<OptionName, string>>>;

/** The options of libpq that are understood, with the variable that sets each. */
const VARIABLES = {
  host: 'PGHOST',
  port: 'PGPORT',
  user: 'PGUSER',
  dbname: 'PGDATABASE',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  service: 'PGSERVICE',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  connect_timeout: 'PGCONNECT_TIMEOUT',
} as const;
type OptionName = keyof typeof VARIABLES;

/** Options of libpq that make no difference to a load. */
const IGNORED: ReadonlySet<string> = new Set([
  'application_name',
  'fallback_application_name',
  'target_session_attrs',
  'client_encoding',
  'gssencmode',
  'channel_binding',
]);

const DEFAULT_PORT = 5432;
const DEFAULT_CONNECT_S = 15;
const MAX_CONNECT_S = 600;

const isOption = (name: string): name is OptionName => Object.hasOwn(VARIABLES, name);

/** Finds the server of an address. Fails with SETTING_INVALID. */
export function findServer(address: PublishAddress, env: NodeJS.ProcessEnv): Server {
  const { from } = address;
  const written = parseAddress(address);
  const variables = Object.fromEntries(
    Object.entries(VARIABLES).flatMap(([name, variable]) => {
      const value = env[variable];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  ) as Options;
  const service = written.service ?? variables.service;
  const options: Options = {
    ...variables,
    ...(service === undefined ? {} : readService(service, env, from)),
    ...written,
  };
  const host = options.host ?? 'localhost';
  if (host.includes(',')) throw refuse(`${from} names several hosts.`, 'Name the one that can be written.');
  const user = options.user ?? toUserName(from);
  const database = options.dbname ?? user;
  const port = toNumber(options.port, DEFAULT_PORT, 65_535, 'port', from);
  const seconds = toNumber(
    options.connect_timeout,
    DEFAULT_CONNECT_S,
    MAX_CONNECT_S,
    'connect_timeout',
    from,
  );
  const server = { host, port, user, database };
  return {
    ...server,
    password: options.password ?? findPassword(options.passfile, server, env, from),
    tls: toTls(options, host, env, from),
    connectMs: seconds * 1000,
    recordedOptions: toRecordedOptions(written),
    from,
  };
}

/** The schema of a server as a place to which the mirror was published. It has no password. */
export function toPublishedPlace(
  {
    host,
    port,
    user,
    database,
    recordedOptions,
  }: Pick<Server, 'host' | 'port' | 'user' | 'database' | 'recordedOptions'>,
  { schema, withoutTexts }: { readonly schema: string; readonly withoutTexts: boolean },
  runId: number,
): ExportPlace {
  const at = isSocket(host) ? '' : host.includes(':') ? `[${host}]` : encodeURIComponent(host);
  const socket = isSocket(host) ? { host } : {};
  const toAddress = (login: string, parameters: Readonly<Record<string, string>>): string => {
    const query = Object.entries(parameters).map((one) => one.map(encodeURIComponent).join('='));
    return `postgres://${login}${at}:${port}/${encodeURIComponent(database)}${query.length === 0 ? '' : `?${query.join('&')}`}`;
  };
  return {
    // Another user may publish to the same schema.
    place: `${toAddress('', socket)} schema ${schema}`,
    kind: 'postgres',
    command: renderOwnCommand(
      'publish',
      toAddress(`${encodeURIComponent(user)}@`, { ...socket, ...recordedOptions }),
      {
        publishSchema: schema,
        noPublishTexts: withoutTexts,
      },
    ),
    runId,
    keepsEarlier: false,
  };
}

/** The options that are paths of files. */
const PATHS: ReadonlySet<string> = new Set(['passfile', 'sslrootcert', 'sslcert', 'sslkey']);

/** The options that a place has in other parts of its address, and the password, which it never has. */
const NOT_RECORDED: ReadonlySet<string> = new Set(['host', 'port', 'user', 'dbname', 'password']);

function toRecordedOptions(options: Options): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options)
      .filter(([name]) => !NOT_RECORDED.has(name))
      .map(([name, value]) => [name, PATHS.has(name) && value !== 'system' ? resolve(value) : value]),
  );
}

const SCHEME = /^postgres(?:ql)?:\/\//i;

/** Splits an address. A password may contain any character but "/" and "?" without being encoded. */
function parseAddress({ text, from }: PublishAddress): Options {
  const rest = text.trim().replace(SCHEME, '');
  const [, authority = '', path = '', query = ''] = /^([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(rest) ?? [];
  if (path.includes('@')) throw refuse(`${from} has a "/" before an "@"; in a password, write it as %2F.`);
  const at = authority.lastIndexOf('@');
  const login = at === -1 ? '' : authority.slice(0, at);
  const colon = login.indexOf(':');
  const [, host = '', , port = ''] = /^(\[[^\]]*\]|[^:]*)(:(.*))?$/.exec(authority.slice(at + 1)) ?? [];
  const encoded: Options = {
    user: colon === -1 ? login : login.slice(0, colon),
    password: colon === -1 ? '' : login.slice(colon + 1),
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port,
    dbname: path,
  };
  const written = Object.entries(encoded).map(([name, value]) => [name, decode(value, name, from)] as const);
  const options = { ...Object.fromEntries(written), ...parseParameters(query, from) };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== ''));
}

/** The options after the "?" of an address. A message never names one that is unknown: it may be a part of a password. */
function parseParameters(query: string, from: string): Options {
  const parameters = [...new URLSearchParams(query)].filter(([name]) => !IGNORED.has(name));
  if (!parameters.every(([name]) => isOption(name)))
    throw refuse(
      `${from} has a parameter that is not supported.`,
      query.includes('@')
        ? 'In a password, write "?" as %3F.'
        : `Leave it out. Supported are ${[...Object.keys(VARIABLES), ...IGNORED].join(', ')}.`,
    );
  return Object.fromEntries(parameters);
}

/** Whether an address contains a password. */
export const namesPassword = (address: PublishAddress): boolean =>
  parseAddress(address).password !== undefined;

function decode(value: string, name: string, from: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw refuse(`The ${name} in ${from} holds a "%" that stands for nothing; write it as %25.`);
  }
}

function toNumber(
  text: string | undefined,
  otherwise: number,
  max: number,
  name: string,
  from: string,
): number {
  if (text === undefined) return otherwise;
  const value = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (value >= 1 && value <= max) return value;
  throw refuse(`The ${name} of ${from} must be a whole number from 1 to ${max}.`);
}

function toUserName(from: string): string {
  try {
    return userInfo().username;
  } catch (cause) {
    throw refuse(`${from} names no user.`, 'Name one: postgres://USER@HOST/DATABASE.', cause);
  }
}

function toTls(options: Options, host: string, env: NodeJS.ProcessEnv, from: string): TlsRequest | null {
  const mode: SslMode = parseSslMode(options.sslmode, host, from);
  if (mode === 'disable') return null;
  const usual = join(homeOf(env), '.postgresql', 'root.crt');
  const root = options.sslrootcert ?? (isFile(usual) ? usual : undefined);
  const roots = root === undefined || root === 'system' ? null : readOption(root, 'sslrootcert', from);
  if (options.sslcert === undefined) return { mode, roots, certificate: null, key: null };
  if (options.sslkey === undefined)
    throw refuse(`${from} has a certificate of the client (sslcert) without its key (sslkey).`);
  return {
    mode,
    roots,
    certificate: readOption(options.sslcert, 'sslcert', from),
    key: readOption(options.sslkey, 'sslkey', from),
  };
}

const homeOf = (env: NodeJS.ProcessEnv): string => env.HOME ?? homedir();

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function readOption(path: string, name: string, from: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw refuse(`The file of ${name} of ${from} cannot be read: ${wordsOf(cause)}.`, undefined, cause);
  }
}

/** The options of a service in the user's or the system's service file. */
function readService(service: string, env: NodeJS.ProcessEnv, from: string): Options {
  const files = [
    env.PGSERVICEFILE ?? join(homeOf(env), '.pg_service.conf'),
    join(env.PGSYSCONFDIR ?? '/etc/postgresql-common', 'pg_service.conf'),
  ];
  for (const file of files) {
    const text = readIfThere(file);
    const found = text === null ? undefined : parseServiceFile(text, service);
    if (found !== undefined) return found;
  }
  throw refuse(
    `${from} asks for a service that no service file defines.`,
    `Define it in ${files.join(' or ')}, or set PGSERVICEFILE.`,
  );
}

/** The options of a section of a service file; undefined if the file has no such section. */
export function parseServiceFile(text: string, service: string): Options | undefined {
  let options: Partial<Record<OptionName, string>> | undefined;
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === `[${service}]`) options = {};
    else if (options === undefined || line === '' || line.startsWith('#')) continue;
    else if (line.startsWith('[')) break;
    else {
      const [name = '', ...value] = line.split('=');
      if (isOption(name.trim())) options[name.trim() as OptionName] = value.join('=').trim();
    }
  }
  return options;
}

type Login = Pick<Server, 'host' | 'port' | 'database' | 'user'>;

function findPassword(
  named: string | undefined,
  server: Login,
  env: NodeJS.ProcessEnv,
  from: string,
): string | null {
  const file = named ?? join(homeOf(env), '.pgpass');
  const text = readIfThere(file);
  const password = text === null ? null : parsePasswordFile(text, server);
  if (password === null) return null;
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    throw refuse(`The password file of ${from} can be read by other users.`, `Run \`chmod 600 ${file}\`.`);
  return password;
}

/** The password of the first line of a password file that fits; null if none does. */
export function parsePasswordFile(text: string, { host, port, database, user }: Login): string | null {
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    const fields = [...line.replace(/\r$/, '').matchAll(/((?:\\.|[^:\\])*)(?::|$)/g)].map(([, field = '']) =>
      field.replaceAll(/\\(.)/g, '$1'),
    );
    const wanted = [isSocket(host) ? 'localhost' : host, String(port), database, user];
    const password = fields[wanted.length];
    if (password !== undefined && wanted.every((one, at) => fields[at] === '*' || fields[at] === one))
      return password;
  }
  return null;
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR'].includes(codeOf(thrown))) return null;
    throw thrown;
  }
}

function refuse(message: string, hint?: string, cause?: unknown): MirrorError {
  return new MirrorError('SETTING_INVALID', message, {
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}
