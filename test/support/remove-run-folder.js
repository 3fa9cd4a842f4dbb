import { rmSync } from 'node:fs';

/** Run by Jest after all tests: removes what they made once for all of them. */
export default function removeRunFolder() {
  rmSync(String(process.env.RUN_FOLDER), { recursive: true, force: true });
}
