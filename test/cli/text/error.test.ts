import { expect, test } from '@jest/globals';
import { MirrorError } from '../../../src/errors/mirror-error.ts';
import { renderError } from '../../../src/cli/text/errors.ts';

test('the stack of an unexpected error keeps its lines, but no control characters', () => {
  const fault = new Error('A lamp \u001b]0;title\u0007 and \u009b2J went out.');
  fault.stack = `Error: ${fault.message}\n    at light (lamp.ts:1:1)`;
  const lines = renderError(fault, 'UTC').split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatch(/^Error: A lamp .*title.* went out\.$/);
  expect(lines.join('')).not.toMatch(/\p{Cc}/u);
  expect(renderError('thrown \u001b[2J text', 'UTC')).not.toContain('\u001b');
});

test('a hint has no control characters', () => {
  const error = new MirrorError('USAGE', 'No lamp.', { hint: 'Light \u001b[2J one.' });
  expect(renderError(error, 'UTC')).not.toContain('\u001b');
});

test('a usage error without its own hint points to the help of its command', () => {
  const bare = new MirrorError('USAGE', 'No lamp.');
  expect(renderError(bare, 'UTC', { command: 'query' })).toContain(
    'Hint: `clearinghouse-mirror query --help` shows how it is used.',
  );
  expect(renderError(bare, 'UTC')).toContain('Hint: See `clearinghouse-mirror --help`.');
  const own = new MirrorError('USAGE', 'No lamp.', { hint: 'Light one.' });
  expect(renderError(own, 'UTC', { command: 'query' })).toContain('Hint: Light one.');
});
