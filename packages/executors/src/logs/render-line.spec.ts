import { describe, expect, it } from 'vitest';
import { renderLine, renderQuoted } from './render-line.js';

describe('renderLine', () => {
  it.each([
    [
      'zap',
      '{"level":"info","ts":"2026-11-23T15:00:00Z","logger":"setup","msg":"Starting the manager","build":"v 1"}',
      'INFO  setup: Starting the manager build="v 1"',
    ],
    [
      'slog',
      '{"time":"2026-11-23T15:00:00Z","level":"WARN","msg":"slow","ms":12,"object":{"name":"a"}}',
      'WARN  slow ms=12 object={"name":"a"}',
    ],
    [
      'an error with its stack',
      '{"level":"error","msg":"Reconciler error","error":"not found","stacktrace":"main.f\\n\\tmain.go:3"}',
      'ERROR Reconciler error error="not found"\nmain.f\n\tmain.go:3',
    ],
    [
      'klog',
      'E1127 15:13:29.1   1 leaderelection.go:330] error retrieving resource lock',
      'ERROR error retrieving resource lock caller=leaderelection.go:330',
    ],
    ['plain text', 'panic: no {"a":1}', 'panic: no {"a":1}'],
    ['broken JSON', '{"msg":', '{"msg":'],
    ['JSON without a message', '{"a":1}', '{"a":1}'],
    ['an empty line', '', ''],
  ])('the line of %s is rendered', (_, line, rendered) => expect(renderLine(line)).toBe(rendered));
});

describe('renderQuoted', () => {
  it('log lines that a message quotes are rendered, and keep their indentation', () =>
    expect(renderQuoted('Pod/p: it crashes:\n    {"level":"error","msg":"no host"}\n    panic: no')).toBe(
      'Pod/p: it crashes:\n    ERROR no host\n    panic: no',
    ));
});
