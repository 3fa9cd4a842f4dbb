import type { ServerResponse } from 'node:http';
import { Random, mixSeeds } from '../invent/random.ts';

/* The files (PDF) of invented documents and resources, and how a host of files serves them. */

const FILE_SALT = 61;
const MIN_FILLING_BYTES = 1000;
const MAX_MORE_BYTES = 60_000;

/** The file of an invented document or resource: the same for the same path. A reader shows one page with the id. */
export function inventFile(path: string): Buffer | undefined {
  const [, id] = /^\/media\/(?:nonpublic\/)?(?:doc|resource)\/(\d+)(?:_\w+)?\.pdf$/.exec(path) ?? [];
  if (id === undefined) return undefined;
  const random = new Random(mixSeeds(Number(id), FILE_SALT));
  const filling = Buffer.alloc(MIN_FILLING_BYTES + random.below(MAX_MORE_BYTES));
  for (let at = 0; at < filling.length; at++) filling[at] = random.below(256);
  return toPdf(`Invented file ${id}`, filling);
}

/** A PDF with one page that shows the text. The filling gives it its length; no page shows it. */
function toPdf(text: string, filling: Buffer): Buffer {
  const page = `BT /F1 24 Tf 72 700 Td (${text}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    toStream(Buffer.from(page)),
    toStream(filling),
  ];
  const parts: Buffer[] = [Buffer.from('%PDF-1.4\n')];
  const places: number[] = [];
  let length = parts[0]?.length ?? 0;
  const add = (part: Buffer): void => {
    parts.push(part);
    length += part.length;
  };
  for (const [at, object] of objects.entries()) {
    places.push(length);
    add(Buffer.from(`${at + 1} 0 obj\n`));
    add(Buffer.from(object));
    add(Buffer.from('\nendobj\n'));
  }
  const lines = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`);
  const size = objects.length + 1;
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${lines.join('')}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${length}\n%%EOF\n`;
  return Buffer.concat([...parts, Buffer.from(table)]);
}

const toStream = (content: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`<< /Length ${content.length} >>\nstream\n`),
    content,
    Buffer.from('\nendstream'),
  ]);

export const isFilePath = (path: string): boolean => path.startsWith('/media/');

/** Every so many documents, the file is on the other host. */
const OTHER_HOST_EVERY = 10;
/** Every so many documents, the host does not have the file that the document names. */
const MISSING_EVERY = 25;

/** The host that the address of a file names: the fake API, by its number, and for a few files by its name. */
export const toFileAddress =
  (port: number) =>
  (id: number): string =>
    `http://${id % OTHER_HOST_EVERY === 0 ? 'localhost' : '127.0.0.1'}:${port}/`;

/**
 * Serves one file as the storage host does that the addresses of real files name: it refuses credentials of another service, and a
 * file that it does not have is a 403.
 */
export function sendInventedFile(
  response: ServerResponse,
  request: { readonly method: string; readonly path: string; readonly authorization: string | undefined },
): void {
  if (request.authorization !== undefined) {
    sendError(response, 400, 'InvalidArgument', 'Only one auth mechanism allowed.');
    return;
  }
  const file = inventFile(request.path);
  const [, id] = /\/(\d+)[^/]*$/.exec(request.path) ?? [];
  const isMissing = Number(id) % MISSING_EVERY === 1;
  if (request.method !== 'GET' || file === undefined || isMissing) {
    sendError(response, 403, 'AccessDenied', 'Access Denied');
    return;
  }
  response.writeHead(200, { 'content-type': 'application/pdf', 'content-length': file.length }).end(file);
}

export function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}
