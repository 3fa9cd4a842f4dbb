import { rmSync } from 'node:fs';

/** Run by Jest after all tests: removes the folder of what they shared. */
export default function removeRunFolder() {
  rmSync(String(process.env.RUN_FOLDER), { recursive: true, force: true });
}
