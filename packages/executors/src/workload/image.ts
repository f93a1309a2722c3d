import { NxKubeError, subject, type KubeObject } from '@nx-kube/cluster';
import { findProgram } from './find-program.js';
import { containersOf, podSpecOf, type Container, type PodSpec } from './pod-template.js';

/**
 * Name of an image without tag and digest: `localhost:5001/team/app:v1@sha256:…` → `localhost:5001/team/app`. A colon
 * before the last slash belongs to the port of a registry, not to a tag. Pure.
 */
export function imageName(reference: string): string {
  const name = reference.split('@')[0]!;
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
}

/** A place besides the container under development that has the image. */
export interface ImageUse {
  /** The object's name with its kind. */
  subject: string;
  /** The field, such as `initContainers[migrate].image`. */
  field: string;
  /** `container`: its image runs the binary. `value`: a program may start the image that the value names. */
  as: 'container' | 'value';
  /** Whether it belongs to the container under development: a new value restarts the process. */
  isOwn: boolean;
}

/** How the image under development is replaced. */
export interface ImageReplacement {
  /** The reference wherever the image is used besides the container under development. Default: the same. */
  current?: string;
  /** Where nodes have the image from. Default: the manifests decide about `imagePullPolicy`. */
  source?: 'registry' | 'node';
  /** The container under development, and the program that it starts. */
  own?: { object: KubeObject; container: string; program?: string };
  /** More fields that name the image. */
  fields?: readonly ImageField[];
}

/** Fields that name the image, of the option `imageFields`. */
export interface ImageField {
  target: { kind?: string; name?: string; namespace?: string };
  /** JSON pointer. The segment `*` stands for every element of a list and every key of a map. */
  path: string;
  /** The part of the reference that the field holds. Default: `reference`. */
  value?: 'reference' | 'name' | 'tag';
}

/**
 * Sets the reference on every container that uses the image with any tag, and on every other value that is the image as
 * the manifests name it: in `env`, in arguments, in ConfigMaps and in custom resources. Pure.
 *
 * @param rendered the image of the container under development in the manifests
 * @returns new objects, where they change
 * @throws NxKubeError (configuration) that names a field of the option which no object has
 */
export function replaceImage(
  objects: readonly KubeObject[],
  rendered: string,
  reference: string,
  replacement: ImageReplacement = {},
): KubeObject[] {
  return visitImages(objects, { rendered, reference, ...replacement }).map(({ result }) => result);
}

/** Where the image is used besides the container under development. Pure. */
export function imageUses(
  objects: readonly KubeObject[],
  rendered: string,
  replacement: ImageReplacement = {},
): ImageUse[] {
  return visitImages(objects, { rendered, reference: rendered, ...replacement }).flatMap(({ uses }) => uses);
}

type Image = ImageReplacement & { rendered: string; reference: string };

function visitImages(objects: readonly KubeObject[], image: Image): Visit[] {
  const visits = objects.map((object) => new Visit(object, image));
  (image.fields ?? []).forEach((field, index) => {
    if (visits.some((visit) => visit.hasField(field))) return;
    throw new NxKubeError('configuration', `"imageFields[${index}]": no object has a text at ${field.path}.`, {
      next: `Correct its target or path; the objects are ${objects.map(subject).join(', ')}.`,
    });
  });
  return visits;
}

type Step = string | number;

/** One walk through an object, which finds and replaces the image. */
class Visit {
  readonly uses: ImageUse[] = [];
  #copy: KubeObject | undefined;
  readonly #own: string | undefined;

  constructor(
    private readonly object: KubeObject,
    private readonly image: Image,
  ) {
    this.#own = image.own?.object === object ? image.own.container : undefined;
    const spec = podSpecOf(object);
    const main = spec?.containers.find(({ name }) => name === this.#own);
    if (spec) this.#containers(spec);
    if (object.kind !== 'Secret') this.#values(object, [], main);
    for (const field of image.fields ?? []) this.#field(field);
    // Its pods are replaced for the other uses anyway.
    if (main && this.uses.length) this.#setImage(main.name, image.current);
  }

  /** The object itself if nothing changes. */
  get result(): KubeObject {
    return this.#copy ?? this.object;
  }

  hasField(field: ImageField): boolean {
    return matches(this.object, field.target) && pathsOf(this.object, field.path).length > 0;
  }

  #containers(spec: PodSpec): void {
    for (const container of containersOf(spec)) {
      if (!container.image || this.#isDone(container.image)) continue;
      if (imageName(container.image) !== imageName(this.image.rendered)) continue;
      if (container.name === this.#own || !this.#runsProgram(container)) this.#setImage(container.name);
      else {
        this.#setImage(container.name, this.image.current);
        const list = spec.containers.includes(container) ? 'containers' : 'initContainers';
        this.#use(`${list}[${container.name}].image`, 'container', false);
      }
    }
  }

  /** Whether a former replacement has set the value. */
  #isDone(value: string): boolean {
    const { rendered, reference, current } = this.image;
    return value !== rendered && (value === reference || value === current);
  }

  /** A container with another program, such as a shell, has no use for another binary. */
  #runsProgram({ command = [], args = [] }: Container): boolean {
    const { program } = this.image.own ?? {};
    if (!command.length || !program) return true;
    const found = findProgram([...command, ...args]);
    return 'problem' in found || found.program === program;
  }

  #setImage(name: string, reference = this.image.reference): void {
    const container = containersOf(podSpecOf(this.#editable())!).find((one) => one.name === name)!;
    container.image = reference;
    const { source } = this.image;
    const policy = container['imagePullPolicy'];
    // Set it also where it is missing: an earlier apply may have left `Always`.
    if (source === 'node' && policy !== 'Never') container['imagePullPolicy'] = 'IfNotPresent';
    if (source === 'registry' && policy === 'Never') container['imagePullPolicy'] = 'IfNotPresent';
  }

  #values(value: unknown, path: Step[], main: unknown, isOwn = false): void {
    if (typeof value === 'string') {
      const [, flag = ''] = (typeof path.at(-1) === 'number' && /^(--?[\w.-]+=)/.exec(value)) || [];
      if (!this.#isImage(value.slice(flag.length)) || this.#isImageOfContainer(path)) return;
      setAt(this.#editable(), path, flag + (this.image.current ?? this.image.reference));
      this.#use(path.join('.'), 'value', isOwn);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (!path.length && (key === 'metadata' || key === 'status')) continue;
        const step = Array.isArray(value) ? Number(key) : key;
        this.#values(inner, [...path, step], main, isOwn || (main !== undefined && inner === main));
      }
    }
  }

  /** A name without a tag may be any word, such as a subcommand. */
  #isImage(value: string): boolean {
    const { rendered } = this.image;
    return value === rendered && value !== imageName(rendered);
  }

  #isImageOfContainer(path: readonly Step[]): boolean {
    const [list, , key] = path.slice(-3);
    return (
      key === 'image' && /^(?:initContainers|containers)$/.test(String(list)) && podSpecOf(this.object) !== undefined
    );
  }

  #field(field: ImageField): void {
    if (!matches(this.object, field.target)) return;
    const reference = this.image.current ?? this.image.reference;
    const name = imageName(reference);
    const parts = { reference, name, tag: reference.slice(name.length + 1) };
    for (const path of pathsOf(this.object, field.path)) {
      setAt(this.#editable(), path, parts[field.value ?? 'reference']);
      this.#use(path.join('.'), 'value', false);
    }
  }

  #use(field: string, as: ImageUse['as'], isOwn: boolean): void {
    this.uses.push({ subject: subject(this.object), field, as, isOwn });
  }

  #editable(): KubeObject {
    return (this.#copy ??= structuredClone(this.object));
  }
}

function setAt(object: object, path: readonly Step[], value: string): void {
  const parent = path.slice(0, -1).reduce<unknown>((at, step) => (at as Record<Step, unknown>)[step], object);
  (parent as Record<Step, unknown>)[path.at(-1)!] = value;
}

/** The paths of the strings that a pattern matches. */
function pathsOf(object: object, pattern: string): Step[][] {
  const segments = pattern
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  let found: { path: Step[]; value: unknown }[] = [{ path: [], value: object }];
  for (const segment of segments) {
    found = found.flatMap(({ path, value }) => {
      if (typeof value !== 'object' || value === null) return [];
      return Object.entries(value)
        .filter(([key]) => segment === '*' || key === segment)
        .map(([key, inner]) => ({
          path: [...path, Array.isArray(value) ? Number(key) : key],
          value: inner as unknown,
        }));
    });
  }
  return found.filter(({ value }) => typeof value === 'string').map(({ path }) => path);
}

function matches({ kind, metadata }: KubeObject, target: ImageField['target']): boolean {
  return (
    (target.kind === undefined || target.kind === kind) &&
    (target.name === undefined || target.name === metadata.name) &&
    (target.namespace === undefined || target.namespace === metadata.namespace)
  );
}
