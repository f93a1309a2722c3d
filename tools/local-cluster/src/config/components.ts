import type { Component, ComponentName } from './component.js';
import { controlPlane } from './control-plane.js';
import type { Layout } from './layout.js';
import type { Machine } from './machine.js';
import { nodeServices } from './node.js';

/** Every component, as data: its program, its files, and its readiness probe. */
export function componentsFor(layout: Layout, machine: Machine): Record<ComponentName, Component> {
  const components = [...controlPlane(layout), ...nodeServices(layout, machine)];
  return Object.fromEntries(components.map((component) => [component.name, component])) as Record<
    ComponentName,
    Component
  >;
}
