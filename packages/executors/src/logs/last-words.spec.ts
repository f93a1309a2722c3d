import { describe, expect, it } from 'vitest';
import { lastWordsOf } from './last-words.js';

const noise = Array.from({ length: 30 }, (_, i) => `{"level":"info","msg":"event ${i}"}`);

describe('lastWordsOf', () => {
  it('a panic is decisive, and only the first lines of its trace are kept', () => {
    const { decisive, lines } = lastWordsOf([
      'listening',
      'panic: no configuration',
      'goroutine 1 [running]:',
      ...Array.from({ length: 40 }, (_, i) => `\tmain.go:${i}`),
    ]);
    expect(decisive).toBe('panic: no configuration');
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe('panic: no configuration');
  });

  it.each([
    [
      'zap',
      '{"level":"error","ts":"2026-11-27T12:00:00Z","logger":"setup","msg":"unable to start","error":"no host","stacktrace":"main.main\\n\\tmain.go:3"}',
      'ERROR setup: unable to start error="no host"',
    ],
    ['slog', '{"time":"2026-11-27T12:00:00Z","level":"ERROR","msg":"unable to start"}', 'ERROR unable to start'],
    ['klog', 'F1127 12:00:00.000000       1 main.go:71] unable to start', 'FATAL unable to start caller=main.go:71'],
  ])('the last error of %s is decisive, formatted, although other lines follow', (_, line, decisive) =>
    expect(lastWordsOf([...noise, line, '{"level":"info","msg":"stopped"}']).decisive).toBe(decisive),
  );

  it('of plain lines the last one outside of a stack trace is decisive', () =>
    expect(
      lastWordsOf(['started', 'flag provided but not defined: -x', 'main.main()', '\t/src/main.go:3 +0x1']).decisive,
    ).toBe('flag provided but not defined: -x'));

  it('a process that wrote nothing has no decisive line', () => expect(lastWordsOf([])).toEqual({ lines: [] }));
});
