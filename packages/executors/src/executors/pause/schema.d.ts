/** Options of the pause executor; what they mean and default to stands in schema.json. */
export interface PauseOptions {
  targets?: string[];
  output?: 'text' | 'json';
}
