import { posix } from 'node:path';

interface Chart {
  name?: unknown;
  repo?: unknown;
  version?: unknown;
}

/**
 * Lists the file Chart.yaml of each local chart in a kustomization, where kustomize looks for the chart. A chart of a
 * repository with a version never changes, so it is left out. Pure.
 *
 * @param document the parsed kustomization; anything else has no charts
 */
export function chartFiles(document: unknown): string[] {
  const { helmCharts, helmGlobals } = (document ?? {}) as { helmCharts?: unknown; helmGlobals?: unknown };
  const { chartHome } = (helmGlobals ?? {}) as { chartHome?: unknown };
  const home = typeof chartHome === 'string' && chartHome ? chartHome : 'charts';
  const charts = (Array.isArray(helmCharts) ? helmCharts : []) as (Chart | null)[];
  return charts.flatMap((chart) =>
    typeof chart?.name === 'string' && !(chart.repo && chart.version)
      ? [posix.join(home, chart.name, 'Chart.yaml')]
      : [],
  );
}
