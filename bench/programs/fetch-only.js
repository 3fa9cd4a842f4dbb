import { fetchPages } from './fetch-pages.js';

/* What it costs to fetch and parse the collection, and to do nothing with it. */
const [api, token] = process.argv.slice(2);
let cases = 0;
for await (const results of fetchPages(api, token)) cases += results.length;
process.stdout.write(`${cases}\n`);
