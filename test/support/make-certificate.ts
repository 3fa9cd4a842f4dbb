import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { tempFolder } from './temp-folder.ts';

/* The part of X.509 (RFC 5280) that a certificate for one test needs, written as DER. */

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length =
    body.length < 128
      ? [body.length]
      : body.length < 256
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const objectId = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const utcTime = (date: Date): Buffer =>
  der(0x17, Buffer.from(`${date.toISOString().replace(/\D/g, '').slice(2, 14)}Z`));

const ECDSA_WITH_SHA256 = sequence(objectId('2a8648ce3d040302'));
const [COMMON_NAME, ALTERNATIVE_NAME] = [objectId('550403'), objectId('551d11')];
const DAY_MS = 86_400_000;

function toGeneralName(host: string): Buffer {
  if (isIP(host) === 0) return der(0x82, Buffer.from(host));
  return der(0x87, isIP(host) === 4 ? Buffer.from(host.split('.').map(Number)) : toAddress(host));
}

/** The sixteen bytes of an IPv6 address that is written with one `::`. */
function toAddress(host: string): Buffer {
  const toBytes = (text: string): Buffer =>
    Buffer.from(
      text === ''
        ? ''
        : text
            .split(':')
            .map((group) => group.padStart(4, '0'))
            .join(''),
      'hex',
    );
  const [head = Buffer.alloc(0), tail = Buffer.alloc(0)] = host.split('::').map(toBytes);
  return Buffer.concat([head, Buffer.alloc(16 - head.length - tail.length), tail]);
}

/** A self-signed certificate for hosts by name or by address. `path` is its file, for CLEARINGHOUSE_CA_FILE. */
export function makeCertificate(...hosts: readonly string[]) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from('The Invented Proxy')))));
  const now = Date.now();
  const names = sequence(ALTERNATIVE_NAME, der(0x04, sequence(...hosts.map(toGeneralName))));
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    name,
    sequence(utcTime(new Date(now - DAY_MS)), utcTime(new Date(now + DAY_MS))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(names)),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', content, privateKey));
  const base64 = sequence(content, ECDSA_WITH_SHA256, signature).toString('base64').replace(/.{64}/g, '$&\n');
  const cert = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
  const path = join(tempFolder(), 'proxy.pem');
  writeFileSync(path, cert);
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }), path };
}
