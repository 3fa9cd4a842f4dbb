import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { findServer, parsePasswordFile, parseServiceFile } from '../../src/publish/address.ts';
import { toPublishError } from '../../src/publish/failures.ts';
import { explainServer } from '../../src/publish/target.ts';
import { tempFolder } from '../support/temp-folder.ts';

const find = (text: string, env: NodeJS.ProcessEnv = {}) =>
  findServer({ text, from: 'The address' }, { HOME: tempFolder(), ...env });

describe('an address', () => {
  test.each([
    ['postgres://u:p@h:6000/d', { user: 'u', password: 'p', host: 'h', port: 6000, database: 'd' }],
    ['postgresql://u@h/d', { user: 'u', password: null, host: 'h', port: 5432, database: 'd' }],
    ['postgres://u:a%40b%25@h/d%20e', { user: 'u', password: 'a@b%', host: 'h', database: 'd e' }],
    ['postgres://u:a@b:c@h/d', { user: 'u', password: 'a@b:c', host: 'h', database: 'd' }],
    ['postgres://u@[::1]:6000/d', { host: '::1', port: 6000, tls: null }],
    ['postgres://u@h', { database: 'u' }],
    [
      'postgres:///d?host=/run/postgresql&user=u',
      { host: '/run/postgresql', database: 'd', user: 'u', tls: null },
    ],
    ['postgres://h/d?user=u@example.org', { host: 'h', database: 'd', user: 'u@example.org' }],
    ['postgres://u@127.9.9.9/d', { tls: null }],
    ['postgres://u@localhost/d?sslmode=prefer', { tls: null }],
    ['postgres://u@h/d?connect_timeout=3&application_name=x', { connectMs: 3000 }],
  ])('%s is split as libpq does', (text, expected) => {
    expect(find(text)).toMatchObject(expected);
  });

  test('off this machine has its certificate verified unless it says otherwise', () => {
    expect(find('postgres://u@h/d').tls).toMatchObject({ mode: 'verify-full', roots: null });
    expect(find('postgres://u@10.0.0.1/d').tls).toMatchObject({ mode: 'verify-full' });
    expect(find('postgres://u@h/d?sslmode=require').tls).toMatchObject({ mode: 'require' });
    expect(find('postgres://u@h/d', { PGSSLMODE: 'disable' }).tls).toBe(null);
  });

  test('is completed by the variables of libpq, which it overrides', () => {
    const env = { PGHOST: 'vh', PGUSER: 'vu', PGDATABASE: 'vd', PGPORT: '7', PGPASSWORD: 'vp' };
    expect(find('postgres://', env)).toMatchObject({
      host: 'vh',
      user: 'vu',
      database: 'vd',
      port: 7,
      password: 'vp',
    });
    expect(find('postgres://u:p@h:8/d', env)).toMatchObject({
      host: 'h',
      user: 'u',
      database: 'd',
      port: 8,
      password: 'p',
    });
  });

  test('takes a service from its file and a password from a file that only its owner can read', () => {
    const home = tempFolder();
    writeFileSync(
      join(home, '.pg_service.conf'),
      '# mine\n[other]\nhost=no\n[team]\nhost=db.example\nuser = loader\ndbname=court\n[last]\nport=1\n',
    );
    writeFileSync(join(home, '.pgpass'), '# x\ndb.example:5432:other:*:no\n*:*:court:loader:a\\:b\n', {
      mode: 0o600,
    });
    const env = { HOME: home };
    expect(find('postgres://?service=team', env)).toMatchObject({
      host: 'db.example',
      user: 'loader',
      database: 'court',
      password: 'a:b',
    });
    expect(find('postgres://', { ...env, PGSERVICE: 'team', PGPASSWORD: 'given' })).toMatchObject({
      password: 'given',
    });
    expect(() => find('postgres://?service=none', env)).toThrow(
      'asks for a service that no service file defines',
    );
    chmodSync(join(home, '.pgpass'), 0o644);
    expect(() => find('postgres://?service=team', env)).toThrow('can be read by other users');
    expect(parseServiceFile('[a]\nhost=x', 'b')).toBe(undefined);
    expect(
      parsePasswordFile('localhost:5432:d:u:p', { host: '/run', port: 5432, database: 'd', user: 'u' }),
    ).toBe('p');
  });

  test.each([
    ['postgres://u:lamp-secret%@h/d', 'holds a "%"'],
    ['postgres://u:lamp-secret@h,i/d', 'several hosts'],
    ['postgres://u:lamp-secret@h:99999/d', 'port'],
    ['postgres://u:lamp-secret@h/d?sslmode=allow', 'is allow'],
    ['postgres://u:lamp-secret@h/d?sslmode=lamp-secret', 'unknown'],
    ['postgres://u:lamp-secret@h/d?pool=lamp-secret', 'a parameter that is not'],
    ['postgres://u:x?lamp-secret@h/d', 'a parameter that is not'],
    ['postgres://u:x?a=1&lamp-secret=2@h/d', 'a parameter that is not'],
    ['postgres://u:5432/lamp-secret@h/d', 'write it as %2F'],
    ['postgres://u:x/y?lamp-secret@h/d', 'a parameter that is not'],
    ['postgres://u:x?lamp-secret', 'a parameter that is not'],
    ['postgres://u@h/d?service=lamp-secret', 'a service that'],
    ['postgres://u:lamp-secret@h/d?sslrootcert=/nowhere', 'sslrootcert'],
    ['postgres://u:lamp-secret@h/d?sslcert=/nowhere', 'sslkey'],
  ])('%s is refused without its password', (text, told) => {
    const refused = expect(() => find(text));
    refused.toThrow(told);
    expect(() => find(text)).not.toThrow('lamp-secret');
  });
});

test.each([
  [{ version: 110_022, encoding: 'UTF8', isStandby: false }, 'Postgres 11; publish needs 12'],
  [{ version: 90_624, encoding: 'UTF8', isStandby: false }, 'Postgres 9; publish'],
  [{ version: 170_000, encoding: 'EUC_JP', isStandby: false }, 'encoding EUC_JP'],
  [{ version: 170_000, encoding: 'UTF8', isStandby: true }, 'standby'],
])('a server such as %j is refused', (facts, told) => {
  expect(explainServer(facts)?.message).toContain(told);
});

test('a failure of the server is told by its code and names, never by its words', () => {
  const failure = Object.assign(new Error('Key (name)=(lamp-secret) exists'), {
    severity: 'ERROR',
    code: '23505',
    table: 'cases',
    constraint: 'only_one',
    detail: 'lamp-secret',
  });
  const told = toPublishError(failure, 'The address');
  expect(told).toMatchObject({
    code: 'PUBLISH_BLOCKED',
    message:
      'The address: a constraint that somebody added refuses a row (SQLSTATE 23505, table cases, constraint only_one).',
  });
  const full = Object.assign(new Error('could not extend file'), { severity: 'ERROR', code: '53100' });
  expect(toPublishError(full, 'The address')).toMatchObject({
    code: 'PUBLISH_NO_ROOM',
    message: 'The address: the disk of the server is full (SQLSTATE 53100).',
  });
  const pooler = Object.assign(new Error('transaction blocks not allowed in statement pooling mode'), {
    severity: 'FATAL',
    code: '08P01',
  });
  expect(toPublishError(pooler, 'The address')).toMatchObject({
    code: 'PUBLISH_REFUSED',
    message: expect.stringContaining('a pooler in between pools statements'),
    hint: expect.stringContaining('pool_mode'),
  });
  const ours = new TypeError('a bug');
  expect(toPublishError(ours, 'The address')).toBe(ours);
});
