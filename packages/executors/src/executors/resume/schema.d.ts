/** Options of the resume executor; what they mean and default to stands in schema.json. */
export interface ResumeOptions {
  targets?: string[];
  output?: 'text' | 'json';
}
