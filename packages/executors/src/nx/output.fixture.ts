import { vi } from 'vitest';

/** Keeps what is printed from the terminal until the mocks are restored. @returns what has been printed so far */
export function capturedOutput(): () => string {
  let output = '';
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      output += String(text);
      return true;
    });
  }
  return () => output;
}
