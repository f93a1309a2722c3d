import { describe, expect, it } from 'vitest';
import { kindNames } from './edits/kinds.js';
import { parseOptions } from './options.js';

const projects = ['ocm-controller', 'greeter-controller'];
const parse = (...args: string[]) => parseOptions(args, projects);

describe('parseOptions', () => {
  it('has defaults for everything', () =>
    expect(parse()).toEqual({
      project: 'ocm-controller',
      edits: 5,
      kinds: kindNames,
      json: undefined,
      check: false,
      liveUpdate: true,
      settleMs: 15_000,
    }));
  it('takes what is given', () =>
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
  it('shows help', () => expect(parse('--help')).toBe('help'));
  it.each([
    [['nothing'], 'there is no project nothing; there are ocm-controller, greeter-controller'],
    [['ocm-controller', 'two'], 'only one project'],
    [['--kinds=string,strings'], 'unknown kind strings'],
    [['--edits=0'], '--edits takes a whole number from 1, not 0'],
    [['--edits=x'], 'not x'],
    [['--settle=-1'], '--settle'],
    [['--nonsense'], '--nonsense'],
  ])('refuses %j', (args, message) => expect(() => parse(...args)).toThrow(message));
});
