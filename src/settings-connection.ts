import { X509Certificate } from 'node:crypto';
import { validateHeaderValue } from 'node:http';
import type { ConnectionSettings } from './http-agents.ts';
import { messageOf, MirrorError } from './errors.ts';
import { readRegularFile } from './files/regular-file.ts';
import { wordsOf } from './system-words.ts';
import { readerOf, type WrittenSetting, type WrittenSettings } from './written-settings.ts';

/** Checks how connections are to be made. Fails with SETTING_INVALID at the first setting that cannot be used. */
export function parseConnectionSettings(
  written: WrittenSettings,
): Omit<ConnectionSettings, 'connectTimeoutMs'> {
  return {
    httpsProxy: parseProxy(written.httpsProxy),
    httpProxy: parseProxy(written.httpProxy),
    noProxy: written.noProxy?.text ?? '',
    ca:
      written.caFile === undefined
        ? null
        : readCertificates(written.caFile, readerOf(written).path('caFile')),
  };
}

/** A text that goes into an HTTP header, which holds the letters of Latin-1 only. Fails with SETTING_INVALID. */
export function parseHeaderText(written: WrittenSettings, name: 'userAgent'): string {
  const text = readerOf(written).line(name).trim();
  try {
    validateHeaderValue(name, text);
  } catch (cause) {
    const odd = Array.from(text).find((character) => (character.codePointAt(0) ?? 0) > 0xff) ?? '';
    const code = odd.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
    throw new MirrorError(
      'SETTING_INVALID',
      `${written[name]?.from ?? name} holds "${odd}" (U+${code ?? '?'}), which no HTTP header can hold.`,
      { cause, hint: 'Use plain letters: "-" for a long dash, " for curly quotes.' },
    );
  }
  return text;
}

/** The address of a proxy, which may hold a password: it is in no message. Without a scheme it is one of http. */
function parseProxy(written: WrittenSetting | undefined): URL | null {
  if (written === undefined) return null;
  const text = written.text.trim();
  const address = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(address) || !/^https?:\/\//i.test(address))
    throw new MirrorError(
      'SETTING_INVALID',
      `${written.from} must be the address of a proxy that begins with http:// or https://.`,
      { hint: 'A proxy of another kind (SOCKS) cannot be used. Unset the variable to ask directly.' },
    );
  const url = new URL(address);
  for (const part of [url.username, url.password]) {
    try {
      decodeURIComponent(part);
    } catch {
      throw new MirrorError(
        'SETTING_INVALID',
        `The name or the password in ${written.from} holds a "%" that stands for nothing; write it as %25.`,
      );
    }
  }
  return url;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g;

/** The certificates that a system trusts take less than 1 MB. */
const MOST_BYTES_OF_CERTIFICATES = 10e6;

function readCertificates({ from }: WrittenSetting, path: string): readonly string[] {
  const fail = (why: string, cause?: unknown): never => {
    throw new MirrorError('SETTING_INVALID', `${from}: ${path} ${why}`, { cause });
  };
  let content = '';
  try {
    content = readRegularFile(path, MOST_BYTES_OF_CERTIFICATES).toString('utf8');
  } catch (cause) {
    fail(`cannot be read: ${wordsOf(cause)}.`, cause);
  }
  const certificates = content.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) fail('holds no certificate in PEM form (BEGIN CERTIFICATE).');
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate);
    } catch (cause) {
      fail(`holds a certificate that cannot be read: ${messageOf(cause)}`, cause);
    }
  }
  return certificates;
}
