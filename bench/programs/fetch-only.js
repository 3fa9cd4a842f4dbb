import { fetchPages } from './fetch-pages.js';

/* Fetches and parses the collection, and does nothing with it. */
const [api, token] = process.argv.slice(2);
let cases = 0;
for await (const results of fetchPages(api, token)) cases += results.length;
process.stdout.write(`${cases}\n`);
