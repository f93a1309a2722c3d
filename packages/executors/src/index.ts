export { kustomizationFiles, readKustomization, type ReadReferences } from './kustomize/kustomization-files.js';
export { references } from './kustomize/references.js';
export { gitIgnored } from './loop/watch/git-ignored.js';
export { escapeGlob } from './format/escape-glob.js';
export { dockerIgnore } from './image/build/docker-ignore.js';
export { chartFiles } from './kustomize/chart-files.js';
