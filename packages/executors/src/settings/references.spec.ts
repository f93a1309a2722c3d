import { describe, expect, it } from 'vitest';
import { expand, parseTemplate } from './references.js';

const env = { USER: 'ada', EMPTY: '', HOME: '/home/ada' };
const filled = (text: string) => {
  const template = parseTemplate(text);
  return template ? expand(template, env) : 'malformed';
};

describe('parseTemplate and expand', () => {
  it.each([
    ['plain', 'plain'],
    ['', ''],
    ['${USER}', 'ada'],
    ['${HOME}/.ssh/${USER}.pub', '/home/ada/.ssh/ada.pub'],
    ['${EMPTY}', ''],
    ['${NONE:-default}', 'default'],
    ['${EMPTY:-default}', 'default'],
    ['${USER:-default}', 'ada'],
    ['${NONE:-}', ''],
    ['${NONE:-a:-b}', 'a:-b'],
    ['$USER $(USER) $', '$USER $(USER) $'],
    ['$${USER}', '${USER}'],
    ['a$${b}${USER}', 'a${b}ada'],
  ])('the text %j expands to %j', (text, expected) => expect(filled(text)).toEqual({ text: expected }));

  it('an expansion names every unset variable once', () =>
    expect(filled('${NONE}${ALSO_NONE}${NONE}')).toEqual({ missing: ['NONE', 'ALSO_NONE'] }));

  it.each(['${', '${}', '${USER', '${1A}', '${A B}', '${A-b}', '${A:b}', '${A:-${B}}', '${a.b}'])(
    'the text %j is malformed',
    (text) => expect(filled(text)).toBe('malformed'),
  );
});
