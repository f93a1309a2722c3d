import { describe, expect, it } from 'vitest';
import { kindNames } from './edits/kinds.js';
import { parseOptions } from './options.js';

const projects = ['ocm-controller', 'greeter-controller'];
const parse = (...args: string[]) => parseOptions(args, projects);

describe('parseOptions', () => {
  it('the default options cover everything', () =>
    expect(parse()).toEqual({
      project: 'ocm-controller',
      edits: 5,
      kinds: kindNames,
      json: undefined,
      check: false,
      liveUpdate: true,
      settleMs: 15_000,
    }));
  it('all options can be set', () =>
    expect(
      parse(
        'greeter-controller',
        '--edits',
        '2',
        '--kinds=string,comment',
        '--json=x',
        '--check',
        '--no-live-update',
        '--settle=0',
      ),
    ).toEqual({
      project: 'greeter-controller',
      edits: 2,
      kinds: ['string', 'comment'],
      json: 'x',
      check: true,
      liveUpdate: false,
      settleMs: 0,
    }));
  it('--help returns help', () => expect(parse('--help')).toBe('help'));
  it.each([
    [['nothing'], '"nothing" is not a project. Choose one of: ocm-controller, greeter-controller'],
    [['ocm-controller', 'two'], 'Only one project'],
    [['--kinds=string,strings'], '--kinds: strings is not a kind'],
    [['--edits=0'], '--edits: "0" is not a whole number from 1'],
    [['--edits=x'], '"x"'],
    [['--settle=-1'], '--settle'],
    [['--nonsense'], '--nonsense'],
  ])('the command line %j is refused', (args, message) => expect(() => parse(...args)).toThrow(message));
});
