import type { Attachment } from './vscode.js';

/**
 * Makes a run configuration of GoLand. It has no path mappings: GoLand finds the sources of open modules. On disconnect
 * it leaves the process running. Pure.
 */
export function runConfiguration({ name, port }: Omit<Attachment, 'mappings'>): { path: string; content: string } {
  return {
    path: `.run/${name.replace(/[^\w. -]+/g, '-')}.run.xml`,
    content: `<component name="ProjectRunConfigurationManager">
  <configuration default="false" name="${escaped(name)}" type="GoRemoteDebugConfigurationType" factoryName="Go Remote" host="127.0.0.1" port="${port}">
    <option name="disconnectOption" value="LEAVE" />
    <disconnect value="LEAVE" />
    <method v="2" />
  </configuration>
</component>
`,
  };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
