import { parseArgs } from 'node:util';
import { kindNames, kinds, type Kind } from './edits/kinds.js';
import { NxKubeError } from '@nx-kube/cluster';

export interface BenchOptions {
  /** A folder of `examples`. */
  project: string;
  /** Edits of each kind. */
  edits: number;
  kinds: Kind[];
  /** File that the report is written to as JSON. */
  json?: string;
  /** Fail where the limits are not held. */
  check: boolean;
  /** Whether what live-update tools do is measured as well. */
  liveUpdate: boolean;
  /** Longest wait for the machine to be idle before each measurement, in ms. */
  settleMs: number;
}

const width = Math.max(...kindNames.map((kind) => kind.length));

export const usage = `Measures what the loop makes of edits, next to a bare go build and to what live-update tools do.

  npm run bench -- [project] [options]

  project            a folder of examples/ (default: ocm-controller)
  --edits N          edits of each kind (default: 5)
  --kinds a,b        kinds of edits (default: all)
  --json FILE        write everything that was measured to a file
  --check            exit with 1 where a limit is missed or was not measured, or a measurement failed
  --no-live-update   leave out what live-update tools do
  --settle SECONDS   longest wait for an idle machine before each measurement (default: 15)

Kinds:
${kindNames.map((kind) => `  ${kind.padEnd(width)}  ${kinds[kind]}`).join('\n')}
`;

/**
 * Reads the command line. Pure.
 *
 * @param projects what there is to choose from
 * @returns 'help' where it is asked for
 * @throws NxKubeError (configuration)
 */
export function parseOptions(args: string[], projects: string[]): BenchOptions | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  const [project = 'ocm-controller', ...others] = positionals;
  if (others.length) throw wrong(`only one project can be measured at a time, not also ${others.join(', ')}`);
  if (!projects.includes(project)) throw wrong(`there is no project ${project}; there are ${projects.join(', ')}`);
  const chosen = values.kinds?.split(',') ?? kindNames;
  const unknown = chosen.filter((kind) => !(kind in kinds));
  if (unknown.length) throw wrong(`--kinds: unknown kind ${unknown.join(', ')}; kinds are ${kindNames.join(', ')}`);
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
  throw wrong(`${option} takes a whole number from ${least}, not ${text}`);
}

function wrong(message: string): NxKubeError {
  return new NxKubeError('configuration', message, { next: 'See --help.' });
}
