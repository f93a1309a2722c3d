import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Entry, LoopEvent } from '../events/events.js';
import { terminalReporter } from './terminal.js';

afterEach(() => vi.useRealTimers());

function report(...events: LoopEvent[]): string[] {
  let text = '';
  const { emit, end } = terminalReporter((more) => (text += more));
  events.forEach(emit);
  end();
  return text.trimEnd().split('\n');
}
const target = (state: 'in_progress' | 'ok' | 'error', message?: string): LoopEvent => ({
  type: 'target',
  target: 'go-build',
  state,
  message,
});
const ledger = (name: string, outcome: Entry['outcome']): LoopEvent => ({
  type: 'ledger',
  edit: 1,
  files: ['f'],
  entry: { target: name, outcome, timings: { total: 1 } },
});

describe('terminalReporter', () => {
  it('the first lines of the output name the cluster and what Ctrl-C leaves', () =>
    expect(
      report({ type: 'start', project: 'p', context: 'kind-dev', server: 'https://127.0.0.1:1', leaves: 'Ctrl-C …' }),
    ).toEqual(['p → kind-dev (https://127.0.0.1:1)', 'Ctrl-C …']));

  it('a line reports how long a new process took to lead, with a next step where it waited for a lost Lease', () => {
    const lease = { type: 'lease', lease: 'Lease/ns/l', pod: 'p' } as const;
    expect(
      report(
        { ...lease, state: 'leads', ms: 412, former: 'given-back' },
        { ...lease, state: 'waiting' },
        { ...lease, state: 'leads', ms: 16_240, former: 'expired' },
        { ...lease, state: 'waiting', message: 'forbidden' },
        { ...lease, state: 'leads', ms: 2100, former: 'released' },
      ),
    ).toEqual([
      '  Pod/p: leads 0.4 s after its start',
      '… Pod/p: waits for Lease/ns/l, which a process that is gone did not give back',
      '  Pod/p: leads 16.2 s after its start: it had to wait until Lease/ns/l expired',
      `  → Set LeaderElectionReleaseOnCancel in the manager's options, or "releaseLease": true on dev.`,
      '… Pod/p: waits for Lease/ns/l, which a process that is gone did not give back',
      '  it cannot be released: forbidden',
      '  Pod/p: leads 2.1 s after its start, as Lease/ns/l was released for it',
    ]);
  });

  it('a compile error is printed once, is named below later edits, and its fix is reported', () =>
    expect(
      report(
        target('error', 'a/main.go:3:1: undefined: x\na/main.go:4:1: more'),
        ledger('go-build', 'failed'),
        ledger('kustomize-build', 'delivered'),
        target('error', 'a/main.go:3:1: undefined: x\na/main.go:4:1: more'),
        target('ok'),
      ),
    ).toEqual([
      '✖ go-build',
      '  a/main.go:3:1: undefined: x',
      '  a/main.go:4:1: more',
      '✖ #1 f → go-build: failed · total 1 ms',
      '✔ #1 f → kustomize-build: delivered · total 1 ms',
      '  still broken: go-build: a/main.go:3:1: undefined: x',
      '✔ go-build: fixed',
    ]));

  it('a failure for the same reason is printed again with the edit that it answers', () =>
    expect(
      report(
        target('error', 'main.go:3:1: undefined: x'),
        ledger('go-build', 'failed'),
        target('in_progress'),
        target('error', 'main.go:3:1: undefined: x'),
        ledger('go-build', 'failed'),
      ),
    ).toEqual([
      ...['✖ go-build', '  main.go:3:1: undefined: x', '✖ #1 f → go-build: failed · total 1 ms'],
      ...['✖ go-build', '  main.go:3:1: undefined: x', '✖ #1 f → go-build: failed · total 1 ms'],
    ]));

  it('the same mistake in the settings is printed after each save', () => {
    const mistake: LoopEvent = { type: 'target', target: 'dev-settings', state: 'error', message: 'a is not known.' };
    expect(report(mistake, mistake)).toEqual([
      '✖ dev-settings',
      '  a is not known.',
      '✖ dev-settings',
      '  a is not known.',
    ]);
  });

  it('what is still broken is named by its error, not by the package above it', () =>
    expect(
      report(target('error', '# example.com/c\nmain.go:3:1: undefined: x'), ledger('kustomize-build', 'delivered')).at(
        -1,
      ),
    ).toBe('  still broken: go-build: main.go:3:1: undefined: x'));

  it('a crash prints only its decisive line where the log is printed, and one line for each further crash', () => {
    const line = '{"level":"error","ts":"2026-11-27T12:00:00Z","msg":"unable to start","error":"no host"}';
    const lastLines = [...Array.from({ length: 40 }, (_, i) => `{"level":"info","msg":"event ${i}"}`), line];
    const exited: LoopEvent = {
      type: 'process',
      pod: 'p-1',
      state: 'exited',
      message: 'exited with code 1',
      lastLines,
    };
    const ready: LoopEvent = { type: 'process', pod: 'p-1', state: 'ready' };
    const log: LoopEvent = { type: 'log', pod: 'p-1', container: 'manager', line };
    expect(report(log, exited, exited, ready, exited)).toEqual([
      '1 │ ERROR unable to start error="no host"',
      '✖ Pod/p-1: the process exited with code 1',
      '  ERROR unable to start error="no host"',
      '✖ Pod/p-1: the process exited with code 1 again: ERROR unable to start error="no host"',
      '✖ Pod/p-1: the process exited with code 1',
      '  ERROR unable to start error="no host"',
    ]);
  });

  it('a crash without a printed log shows its decisive line first, and its last lines formatted', () => {
    const lastLines = [
      'E1127 12:00:00.000000 1 main.go:71] no host',
      ...Array.from({ length: 40 }, (_, i) => `line ${i}`),
    ];
    const lines = report({ type: 'process', pod: 'p-1', state: 'exited', message: 'exited with code 1', lastLines });
    expect(lines[0]).toBe('✖ Pod/p-1: the process exited with code 1: ERROR no host caller=main.go:71');
    expect(lines).toHaveLength(11);
  });

  it('what is unhealthy repeats no lines of a process that are printed already', () =>
    expect(
      report(
        { type: 'process', pod: 'p-1', state: 'exited', message: 'exited with code 1', lastLines: ['one', 'two'] },
        { type: 'unhealthy', message: 'Pod/p-1: the process exited with code 1\n  one\n  two' },
      ).slice(3),
    ).toEqual(['✖ not healthy', '  Pod/p-1: the process exited with code 1']));

  it('the conclusion of an edit names the superseded edits that it stands for', () => {
    const edit = (number: number): LoopEvent => ({ type: 'edit', edit: number, files: ['f'], targets: ['go-build'] });
    const run = (number: number, outcome: Entry['outcome']) =>
      ({ ...ledger('go-build', outcome), edit: number }) as LoopEvent;
    expect(report(edit(1), edit(2), run(1, 'superseded'), edit(3), run(2, 'superseded'), run(3, 'delivered'))).toEqual([
      '✔ #3 f (in place of #1 and #2) → go-build: delivered · total 1 ms',
    ]);
  });

  it('the exit of a process is printed with its last lines', () =>
    expect(
      report({ type: 'process', pod: 'p-1', state: 'exited', message: 'exited with code 2', lastLines: ['panic: no'] }),
    ).toEqual(['✖ Pod/p-1: the process exited with code 2', '  panic: no']));

  it('the last lines of a process are printed once, although the failure of its target repeats them', () =>
    expect(
      report(
        { type: 'process', pod: 'p-1', state: 'exited', message: 'exited with code 2', lastLines: ['one', 'two'] },
        target('error', 'the new process exited with code 2\n  one\n  two'),
      ),
    ).toEqual([
      '✖ Pod/p-1: the process exited with code 2',
      '  one',
      '  two',
      '✖ go-build',
      '  the new process exited with code 2',
    ]));

  it('an apply prints the changed fields, and never their values', () =>
    expect(
      report({
        type: 'applied',
        changes: [
          {
            subject: 'ConfigMap/d/a',
            ref: { apiVersion: 'v1', kind: 'ConfigMap', name: 'a' },
            action: 'configured',
            fields: ['data.x'],
          },
          { subject: 'ConfigMap/d/b', ref: { apiVersion: 'v1', kind: 'ConfigMap', name: 'b' }, action: 'unchanged' },
        ],
      }),
    ).toEqual(['  ConfigMap/d/a configured (data.x)']));

  it('a long step reports its progress again and again', () => {
    vi.useFakeTimers();
    let text = '';
    const { emit, end } = terminalReporter((more) => (text += more));
    emit(target('in_progress'));
    emit({ type: 'progress', target: 'go-build', message: 'compiled 12 of 400 packages' });
    vi.advanceTimersByTime(5000);
    end();
    expect(text).toBe('… go-build: 5 s · compiled 12 of 400 packages\n');
  });

  const waiting = (target: string, waitsFor: string): LoopEvent => ({
    type: 'target',
    target,
    state: 'pending',
    waitsFor,
  });

  it('a target that waits is not shown as if it worked', () => {
    vi.useFakeTimers();
    let text = '';
    const { emit, end } = terminalReporter((more) => (text += more));
    emit({ type: 'target', target: 'kustomize-build', state: 'in_progress' });
    vi.advanceTimersByTime(300);
    emit(waiting('kustomize-build', 'image-build'));
    emit(waiting('image-build', 'go-build'));
    emit(target('in_progress'));
    vi.advanceTimersByTime(34_700);
    end();
    expect(text.split('\n')).toEqual([
      ...['… kustomize-build: waits for image-build (10 s)', '… image-build: waits for go-build (10 s)'],
      ...['… go-build: 10 s', '… go-build: 15 s', '… go-build: 20 s', '… go-build: 25 s', '… go-build: 30 s'],
      ...['… go-build: 35 s', ''],
    ]);
  });

  it('a target that waits for a broken one says so once, with the problem', () => {
    vi.useFakeTimers();
    let text = '';
    const { emit, end } = terminalReporter((more) => (text += more));
    emit({
      type: 'target',
      target: 'kustomize-build',
      state: 'error',
      message: 'Secret/d/s: exceeded quota.\n  → Fix it.',
    });
    emit(waiting('go-build', 'kustomize-build'));
    text = '';
    vi.advanceTimersByTime(120_000);
    end();
    expect(text).toBe('… go-build: waits for kustomize-build, which is broken: Secret/d/s: exceeded quota.\n');
  });

  it('what the applied objects wait for is printed at once, and again while it lasts', () => {
    vi.useFakeTimers();
    let text = '';
    const { emit, end } = terminalReporter((more) => (text += more));
    emit({ type: 'waiting', message: '0 of 1 pods of StatefulSet/d/s exist' });
    vi.advanceTimersByTime(45_000);
    emit({ type: 'healthy' });
    vi.advanceTimersByTime(45_000);
    end();
    expect(text.trimEnd().split('\n')).toEqual([
      '… not ready yet: 0 of 1 pods of StatefulSet/d/s exist',
      '… not ready yet: 0 of 1 pods of StatefulSet/d/s exist (30 s)',
      '✔ healthy',
    ]);
  });

  it('an attempt that ends as the one before prints nothing, and a fix prints that', () => {
    const retried: LoopEvent = { ...ledger('go-build', 'failed'), retry: true } as LoopEvent;
    expect(
      report(
        target('error', 'exceeded quota'),
        ledger('go-build', 'failed'),
        target('in_progress'),
        target('error', 'exceeded quota'),
        retried,
        target('ok'),
        { ...ledger('go-build', 'delivered'), retry: true } as LoopEvent,
      ).slice(2),
    ).toEqual([
      '✖ #1 f → go-build: failed · total 1 ms',
      '✔ go-build: fixed',
      '✔ #1 f → go-build: delivered · total 1 ms',
    ]);
  });
});
