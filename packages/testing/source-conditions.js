import { defaultServerConditions } from 'vite';

/** Vite's options that resolve the packages of this repository to their sources instead of their builds. */
const conditions = ['@nx-kube/source', ...defaultServerConditions];
export const sourceConditions = { resolve: { conditions }, ssr: { resolve: { conditions } } };
