import { Buffer } from 'node:buffer';
import { Agent, get } from 'node:http';

/* The lists that a sync reads by default. */
const LISTS = [
  'case_ongoing=5020',
  'case_ongoing=5021',
  'case_ongoing=5022',
  'case_ongoing=5023',
  'case_ongoing=5024',
  'case_status=5074',
];

/**
 * Fetches every page of every list, one after another over one connection, and parses it. A response that is not a
 * page, such as "No results", ends its list.
 * @param {string} api
 * @param {string} token
 */
export async function* fetchPages(api, token) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (const list of LISTS) {
    for (let url = `${api}cases/?${list}`; url !== null;) {
      const text = await fetchText(url, agent, token);
      if (text === undefined) break;
      const page = JSON.parse(text);
      yield page.results;
      url = page.next;
    }
  }
  agent.destroy();
}

/** @returns {Promise<string | undefined>} the body of a response with status 200 */
function fetchText(url, agent, token) {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, headers: { authorization: `Token ${token}` } }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve(response.statusCode === 200 ? Buffer.concat(chunks).toString() : undefined);
      });
    });
    request.on('error', reject);
  });
}
