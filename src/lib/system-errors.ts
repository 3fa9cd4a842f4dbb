/** What the codes of the operating system and of zlib mean, as far as a person meets them. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EADDRINUSE: 'another program uses it',
  EADDRNOTAVAIL: 'this machine has no such address',
  EDQUOT: 'the quota of the disk is used up',
  EFBIG: 'the file would be larger than it may be',
  EIO: 'the device failed',
  EISDIR: 'it is a folder',
  ELOOP: 'its links lead in a circle',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ENFILE: 'too many files are open on this machine',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is not a folder',
  ENXIO: 'there is no such device',
  EPERM: 'it is not permitted',
  EROFS: 'the file system can only be read',
  ETXTBSY: 'the file is in use',
  EAI_AGAIN: 'the name server does not respond',
  ECONNABORTED: 'the connection was broken off',
  ECONNREFUSED: 'no program listens there',
  ECONNRESET: 'the connection was broken off',
  EHOSTDOWN: 'the host does not respond',
  EHOSTUNREACH: 'no way leads to the host',
  ENETDOWN: 'the network of this machine is down',
  ENETUNREACH: 'no way leads to the network',
  ENOTFOUND: 'there is no host of that name',
  EPIPE: 'the connection was closed',
  EPROTO: 'it does not speak TLS, or another kind of it',
  ETIMEDOUT: 'there was no response in time',
  Z_BUF_ERROR: 'it breaks off',
  Z_DATA_ERROR: 'it is not compressed as its name says, or damaged',
};

/** The code itself where it says nothing to a person. */
export function wordsOfCode(code: string): string {
  const words = WORDS[code];
  return words === undefined ? code : `${words} (${code})`;
}

/** The code that the system gave a failure; empty where it gave none. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
}

/** Why something failed, for a message to a person: never the words of a library where the system said which it is. */
export function wordsOf(thrown: unknown): string {
  const code = codeOf(thrown);
  if (code !== '') return wordsOfCode(code);
  return thrown instanceof Error ? thrown.message : String(thrown);
}
