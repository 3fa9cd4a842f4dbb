import type { Mirror } from '../db/open-mirror.ts';
import { type SearchRequest, type SearchScope, parseSearchRequest } from './request.ts';
import { runSearch } from './search.ts';
import { suggestSpellings } from './spelling.ts';

/** Why a search may have found nothing. */
export interface Nothing {
  /** Words that occur nowhere. */
  readonly unknown: readonly string[];
  /** Searches that find something. */
  readonly better: readonly string[];
}

/** What may be meant by a search that found nothing: only spellings with which it finds something. */
export function explainNothing(mirror: Mirror, request: SearchRequest, scope: SearchScope): Nothing {
  const { parsed, kinds, text } = request;
  if (parsed === null) return { unknown: [], better: [] };
  const suggestions = suggestSpellings(mirror, parsed.terms, kinds);
  const candidates = suggestions.flatMap(({ word, spellings }) =>
    spellings.map((spelling) => text.replaceAll(word, spelling)),
  );
  const better = candidates.filter((candidate) => {
    const again = parseSearchRequest({ q: [candidate] });
    return (
      runSearch(mirror, { ...request, text: candidate, parsed: again.parsed }, scope).totals.cases.count > 0
    );
  });
  return { unknown: suggestions.map(({ word }) => word), better };
}
