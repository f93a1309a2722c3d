import { parseArgs } from 'node:util';
import { kindNames, kinds, type Kind } from './edits/kinds.js';
import { NxKubeError } from '@nx-kube/cluster';

export interface BenchOptions {
  /** A folder of `examples`. */
  project: string;
  /** Number of edits of each kind. */
  edits: number;
  kinds: Kind[];
  /** File for the report as JSON. */
  json?: string;
  /** Fail if a limit is missed. */
  check: boolean;
  /** Whether live updates are measured, too. */
  liveUpdate: boolean;
  /** Longest wait (ms) for an idle machine before each measurement. */
  settleMs: number;
}

const width = Math.max(...kindNames.map((kind) => kind.length));

export const usage = `Measures how the loop handles edits, compared with a bare go build and with live-update tools.

  npm run bench -- [project] [options]

  project            a folder of examples/ (default: ocm-controller)
  --edits N          edits of each kind (default: 5)
  --kinds a,b        kinds of edits (default: all)
  --json FILE        write all measurements to a file
  --check            exit with 1 if a limit is missed or not measured, or a measurement fails
  --no-live-update   do not measure live updates
  --settle SECONDS   longest wait for an idle machine before each measurement (default: 15)

Kinds:
${kindNames.map((kind) => `  ${kind.padEnd(width)}  ${kinds[kind]}`).join('\n')}
`;

/**
 * Parses the command line. Pure.
 *
 * @param projects the available projects
 * @returns 'help' if requested
 * @throws NxKubeError (configuration)
 */
export function parseOptions(args: string[], projects: string[]): BenchOptions | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  const [project = 'ocm-controller', ...others] = positionals;
  if (others.length) throw wrong(`Only one project can be measured at a time, not also ${others.join(', ')}.`);
  if (!projects.includes(project)) throw wrong(`"${project}" is not a project. Choose one of: ${projects.join(', ')}.`);
  const chosen = values.kinds?.split(',') ?? kindNames;
  const unknown = chosen.filter((kind) => !(kind in kinds));
  if (unknown.length)
    throw wrong(`--kinds: ${unknown.join(', ')} is not a kind. Choose from: ${kindNames.join(', ')}.`);
  return {
    project,
    edits: wholeNumber('--edits', values.edits, 1),
    kinds: chosen as Kind[],
    json: values.json,
    check: values.check,
    liveUpdate: !values['no-live-update'],
    settleMs: wholeNumber('--settle', values.settle, 0) * 1000,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        edits: { type: 'string', default: '5' },
        kinds: { type: 'string' },
        json: { type: 'string' },
        check: { type: 'boolean', default: false },
        'no-live-update': { type: 'boolean', default: false },
        settle: { type: 'string', default: '15' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw wrong((error as Error).message);
  }
}

function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least) return number;
  throw wrong(`${option}: "${text}" is not a whole number from ${least}.`);
}

function wrong(message: string): NxKubeError {
  return new NxKubeError('configuration', message, { next: 'See --help.' });
}
