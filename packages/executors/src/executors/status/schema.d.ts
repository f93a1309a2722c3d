/** Options of the status executor; what they mean and default to stands in schema.json. */
export interface StatusOptions {
  output?: 'text' | 'json';
}
