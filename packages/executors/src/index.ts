export { kustomizationFiles, readKustomization, type ReadReferences } from './kustomize/kustomization-files.js';
export { references } from './kustomize/references.js';
