import { describe, expect, it } from 'vitest';
import { findProgram, startedBy } from './find-program.js';

const started = (words: string[], wanted?: string) => {
  const found = findProgram(words, wanted);
  return 'problem' in found ? found : startedBy(found, ['AGENT'], []);
};

describe('findProgram', () => {
  it.each([
    [
      ['/m', '-a'],
      ['AGENT', '/m', '-a'],
    ],
    [
      ['/bin/sh', '-c', '/m --flag'],
      ['AGENT', '/m', '--flag'],
    ],
    [
      ['bash', '-ec', `exec "/m" --name='a b' c\\ d`],
      ['AGENT', '/m', '--name=a b', 'c d'],
    ],
    [
      ['/usr/bin/dumb-init', '--', 'sh', '-c', 'exec /m'],
      ['AGENT', '/m'],
    ],
    [
      ['catatonit', '--', '/m'],
      ['AGENT', '/m'],
    ],
  ])('a wrapper that adds nothing is left out: %j', (words, result) => expect(started(words)).toEqual(result));

  it.each([
    ['exec /m --ns=$NS', 'exec AGENT /m --ns=$NS'],
    ['cd /data && exec ./m', 'cd /data && exec AGENT ./m'],
    ['A=b exec /m', 'A=b exec AGENT /m'],
    ['/m --ns=$NS', 'AGENT /m --ns=$NS'],
    ['# the controller\nexec env A=b /m # it\n', '# the controller\nexec env A=b AGENT /m # it\n'],
    ['exec $(BINARY) "$@"', 'exec AGENT $(BINARY) "$@"'],
    ['if [ -n "$D" ]; then exec /m -v; fi; exec /m', 'if [ -n "$D" ]; then exec AGENT /m -v; fi; exec AGENT /m'],
    ['exec /m >/dev/null 2>&1', 'exec AGENT /m >/dev/null 2>&1'],
  ])('the script "%s" becomes "%s"', (script, result) =>
    expect(started(['sh', '-c', script])).toEqual(['sh', '-c', result]),
  );

  it.each([
    [['nice', '-n', '5', '/m'], 3],
    [['timeout', '-k', '5', '60', '/m'], 4],
    [['/usr/sbin/gosu', '65532', '/m'], 2],
    [['env', '-i', '-u', 'A', 'B=c', '/m'], 5],
    [['dumb-init', '--rewrite', '15:2', '/m'], 3],
  ])('the program behind %j is word %i', (words, at) =>
    expect(findProgram(words)).toMatchObject({ at, program: '/m' }),
  );

  it.each([
    [['sh', '/start.sh'], 'sh reads a script, which may start any program'],
    [['/entrypoint.sh', '/m'], '/entrypoint.sh may start any program'],
    [['sh', '-c', '/start.sh --flag'], '/start.sh may start any program'],
    [['dlv', 'exec', '/m'], 'dlv may start any program'],
    [['env', '-S', '/m -a'], 'the option -S of env hides it'],
    [['tini', '--'], 'tini -- starts no program'],
    [['sh', '-c', '/m & wait'], 'its script does not end with the program'],
    [['sh', '-c', '/m | tee /log'], 'its script does not end with the program'],
    [['sh', '-c', '/m migrate && exec /m run'], 'its script starts /m more than once'],
    [['sh', '-c', 'if true; then exec /a; else exec /b; fi'], 'its script starts several programs'],
    [['sh', '-c', 'case $A in a) exec /m;; esac'], 'its script is not a list of simple commands'],
    [['sh', '-c', "exec '/m"], 'its script is not a list of simple commands'],
  ])('the command line %j is refused: %s', (words, problem) => expect(findProgram(words)).toEqual({ problem }));

  it('the named word is the program', () => {
    expect(started(['/entrypoint.sh', '/m', '-a'], '/m')).toEqual(['/entrypoint.sh', 'AGENT', '/m', '-a']);
    expect(started(['sh', '-c', '/m -a | tee /log'], '/m')).toEqual(['sh', '-c', 'AGENT /m -a | tee /log']);
    expect(started(['sh', '-c', '/m migrate && exec /m'], '/m')).toEqual(['sh', '-c', '/m migrate && exec AGENT /m']);
    expect(started(['/start.sh'], '/m')).toEqual({ problem: 'no word of it is /m' });
  });
});
