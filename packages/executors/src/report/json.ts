import type { Emit } from '../events/events.js';

/** One JSON object a line, each with the time it was written (RFC 3339). */
export function jsonReporter(write: (text: string) => void): Emit {
  return (event) => write(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
}
