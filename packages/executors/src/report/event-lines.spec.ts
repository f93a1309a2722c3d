import { describe, expect, it } from 'vitest';
import { eventLines } from './event-lines.js';

type Event = Parameters<typeof eventLines>[0];

describe('eventLines', () => {
  it.each<[string, Event, string[]]>([
    [
      'a change of settings names the options',
      { type: 'settings', options: ['dev.logs'], anew: false },
      ['⚙ dev.logs'],
    ],
    [
      'a change of settings that restarts the loop reports that',
      { type: 'settings', options: ['dev.context', 'dev.output'], anew: true },
      ['⚙ dev.context, dev.output: the loop restarts'],
    ],
    ['a lost pod is named', { type: 'pod', pod: 'p', state: 'lost' }, ['  Pod/p: connection lost, connecting again']],
    ['a current pod is named', { type: 'pod', pod: 'p', state: 'current' }, ['  Pod/p: has the current binary']],
    [
      'a pod that runs the binary of its image is named with the reason',
      { type: 'pod', pod: 'p', state: 'connected', message: "runs the image's own binary" },
      ["  Pod/p: runs the image's own binary"],
    ],
    ['a pod that is gone prints nothing', { type: 'pod', pod: 'p', state: 'gone' }, []],
    [
      'the start of a process prints its message',
      { type: 'process', pod: 'p', state: 'started', message: 'restarted' },
      ['  Pod/p: restarted'],
    ],
    ['the start of a process without a message prints nothing', { type: 'process', pod: 'p', state: 'started' }, []],
    [
      'a port-forward that works shows both ends',
      { type: 'forward', name: 'app=r:1', address: '127.0.0.1:1', state: 'ok' },
      ['⇄ 127.0.0.1:1 → app=r:1'],
    ],
    [
      'a port-forward that fails shows why',
      { type: 'forward', name: 'app=r:1', address: '127.0.0.1:1', state: 'failing', message: 'no pod is ready' },
      ['✖ 127.0.0.1:1 → app=r:1: no pod is ready'],
    ],
    [
      'a port-forward whose pod is just starting waits',
      { type: 'forward', name: 'app=r:1', address: '127.0.0.1:1', state: 'failing', message: 'no', waits: true },
      ['… 127.0.0.1:1 → app=r:1: waits for a ready pod'],
    ],
    [
      'debugging lists its changes',
      { type: 'debug', state: 'on', changes: ['a', 'b'] },
      ['⏸ debugging changes the workload until it ends:\n  a\n  b'],
    ],
    [
      'the end of debugging is reported',
      { type: 'debug', state: 'off' },
      ['✔ debugging ended: the workload is as it was'],
    ],
    ['an end of debugging that fails shows why', { type: 'debug', state: 'off', message: 'no' }, ['✖ no']],
    ['a command names its targets', { type: 'command', verb: 'pause', targets: ['a', 'b'] }, ['‖ pause a, b']],
    [
      'what the loop waits for is reported',
      { type: 'waiting', message: '0 of 1 pods of StatefulSet/d/s exist' },
      ['… not ready yet: 0 of 1 pods of StatefulSet/d/s exist'],
    ],
    ['health is reported', { type: 'healthy' }, ['✔ healthy']],
    ['what is unhealthy is indented', { type: 'unhealthy', message: 'a\n\nb' }, ['✖ not healthy\n  a\n  b']],
    [
      'an unreachable cluster is reported',
      { type: 'cluster', state: 'unreachable' },
      ['… the cluster does not answer, trying again'],
    ],
    ['a reachable cluster is reported', { type: 'cluster', state: 'reachable' }, ['✔ the cluster answers again']],
    ['the reason of the end is the last line', { type: 'stop', reason: 'Stopped.' }, ['Stopped.']],
    ['an edit prints nothing until it ends', { type: 'edit', edit: 1, files: ['f'], targets: ['go-build'] }, []],
  ])('%s', (_, event, lines) => expect(eventLines(event)).toEqual(lines));
});
