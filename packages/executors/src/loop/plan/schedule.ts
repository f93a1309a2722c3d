import type { Entry } from '../../events/events.js';
import { Gate, type TriggerMode, type Work } from './gate.js';
import { dequeue, emptyQueue, enqueue, type Moves, type Queue, type Run, type Wanted } from './queue.js';

/** The targets of a loop. */
export interface ScheduleOptions {
  /** Names of the targets that make the content. */
  targets: { goBuild: string; kustomizeBuild: string; imageBuild: string };
  /** All targets, those first that others wait for, with their trigger modes. */
  modes: Iterable<[target: string, mode: TriggerMode]>;
  /** The targets that a target waits for where one edit makes both run. Default: none. */
  waitsFor?: ReadonlyMap<string, readonly string[]>;
}

/** Something that may change what runs next. */
export type ScheduleEvent =
  | { type: 'started' }
  /** Files changed that these targets are made from. */
  | { type: 'edited'; targets: string[]; work: Work }
  /** Options changed; `targets` are those that they concern. */
  | { type: 'options-changed'; targets: string[]; modes: Readonly<Record<string, TriggerMode>>; work: Work }
  | { type: 'paused' | 'resumed' | 'triggered'; targets: string[] }
  /** go-build has made a binary; it is not delivered yet. */
  | { type: 'built' }
  /** kustomize-build has made manifests; they are not applied yet. */
  | { type: 'rendered' }
  /** Containers besides the workload's run an image with an older binary. */
  | { type: 'image-outdated' }
  /** The images are where the nodes get them from. */
  | { type: 'images-delivered' }
  | { type: 'applied' }
  /** Objects that these targets have applied are gone: someone else deleted them. */
  | { type: 'lost'; targets: string[] }
  /** A process of the controller is ready. */
  | { type: 'ready' }
  /** Time has passed since a delivery failed, and the target can try it again. `work`: what the delivery was for. */
  | { type: 'retry-due'; target: string; work: Work }
  /** A run has ended. */
  | { type: 'ended'; run: number; outcome: Entry['outcome'] };

/**
 * `run`: starts now. `wait`: starts after others. `collect`: a closed gate keeps the work. `drop`: a newer run takes
 * its place.
 */
export type Decision = ({ does: 'run' | 'wait' | 'drop' } & Run) | ({ does: 'collect' } & Wanted);

/** All that the rules know. Immutable. */
export interface ScheduleState {
  readonly options: ScheduleOptions;
  readonly gate: Gate;
  readonly queue: Queue;
  /** The newest work that any target ran for: what the schedule itself makes run belongs to it. */
  readonly newest: Work;
  readonly hasBinary: boolean;
  readonly hasManifests: boolean;
  readonly hasImages: boolean;
  /** The first image was wanted again while it was being made. */
  readonly wantsImageAgain: boolean;
  /** The cluster does not have the newest manifests: something in them could not be made or did not get ready. */
  readonly applyFailed: boolean;
  /** Targets with applied objects that someone else has deleted: the next edit applies all of them again. */
  readonly lost: ReadonlySet<string>;
}

export interface Step {
  state: ScheduleState;
  decisions: Decision[];
}

export function schedule(options: ScheduleOptions): ScheduleState {
  return {
    options,
    gate: Gate.of(options.modes),
    queue: emptyQueue,
    newest: { number: 0, files: [], at: 0 },
    lost: new Set(),
    ...{ hasBinary: false, hasManifests: false, hasImages: false, wantsImageAgain: false, applyFailed: false },
  };
}

/**
 * Decides what runs next: all rules of the loop. Pure; `schedule.spec.ts` is their table.
 *
 * @param now time of the event (ms of `performance.now()`)
 */
export function next(state: ScheduleState, event: ScheduleEvent, now: number): Step {
  switch (event.type) {
    case 'started':
      return start(state, now);
    case 'edited':
      return admitWithLost(state, event.targets, event.work);
    case 'options-changed':
      return changeOptions(state, event, now);
    case 'paused':
      return idle({ ...state, gate: state.gate.pause(event.targets) });
    case 'resumed':
      return resume(state, event.targets, now);
    case 'triggered':
      return trigger(state, event.targets, now);
    case 'built':
      return wantImage({ ...state, hasBinary: true }, now);
    case 'rendered':
      return wantImage({ ...state, hasManifests: true }, now);
    case 'image-outdated':
      return renewImage(state, now);
    case 'images-delivered': {
      const after = { ...state, hasImages: true, wantsImageAgain: false };
      if (state.hasImages) return wantManifests(after, 'other images are delivered', now);
      // The first manifests wait for the first images in their own run, unless that run has failed.
      const isWaiting = [...state.queue.running.values()].includes(state.options.targets.kustomizeBuild);
      return isWaiting ? idle(after) : applyAgain(after, 'the first images are delivered', now);
    }
    case 'applied':
      return idle({ ...state, applyFailed: false });
    case 'lost':
      return idle({ ...state, lost: new Set(event.targets) });
    case 'ready':
      return applyAgain(state, 'a process is ready', now);
    case 'retry-due':
      return tryAgain(state, event, now);
    case 'ended':
      return end(state, event, now);
  }
}

function start(state: ScheduleState, now: number): Step {
  const work = { number: 0, files: [], at: now };
  // The first image comes with the binary and the manifests.
  const targets = state.gate.targets.filter((target) => target !== state.options.targets.imageBuild);
  const wanted = targets.map((target) => ({ target, work, reason: 'the loop starts' }));
  return run(state, wanted);
}

function changeOptions(
  state: ScheduleState,
  { targets, modes, work }: ScheduleEvent & { type: 'options-changed' },
  now: number,
): Step {
  const { gate, released } = state.gate.setModes(modes, now);
  const { gate: after, admitted, collected } = gate.admit(targets, work);
  const wanted = new Map<string, Wanted>();
  released.forEach((work, target) => wanted.set(target, { target, work, reason: 'its mode is auto now' }));
  admitted.forEach((target) => wanted.set(target, { target, work, reason: 'its options changed' }));
  return withCollected(run({ ...state, gate: after }, [...wanted.values()]), collected, work);
}

function resume(state: ScheduleState, targets: readonly string[], now: number): Step {
  const { gate, released } = state.gate.resume(targets, now);
  const wanted = [...released].map(([target, work]) => ({
    target,
    work,
    reason: `resumed, with ${named(work.files)}`,
  }));
  return run({ ...state, gate }, wanted);
}

function trigger(state: ScheduleState, targets: readonly string[], now: number): Step {
  let { gate } = state;
  const wanted = [...targets, ...lostBeside(state, targets)].map((target) => {
    const released = gate.trigger(target, now);
    gate = released.gate;
    const reason = targets.includes(target) ? 'triggered' : lostReason;
    return { target, work: released.work, reason, always: true };
  });
  return run({ ...state, gate }, wanted);
}

const lostReason = 'objects that it applied were deleted';

/** Targets that an edit of others makes run, because objects that they have applied are gone. */
function lostBeside({ lost, gate }: ScheduleState, targets: readonly string[]): string[] {
  return gate.targets.filter((target) => lost.has(target) && !targets.includes(target));
}

/** An edit brings back what was deleted, whatever it concerns. */
function admitWithLost(state: ScheduleState, targets: readonly string[], work: Work): Step {
  const edited = `edit ${work.number} changed ${named(work.files)}`;
  const all = [...targets, ...lostBeside(state, targets)];
  return admit(state, all, work, (target) => (targets.includes(target) ? edited : lostReason));
}

function end(state: ScheduleState, { run, outcome }: ScheduleEvent & { type: 'ended' }, now: number): Step {
  const { goBuild, kustomizeBuild, imageBuild } = state.options.targets;
  const target = state.queue.running.get(run);
  const ended = moved(state, dequeue(state.queue, run));
  if (target === kustomizeBuild && outcome !== 'superseded') {
    return { ...ended, state: { ...ended.state, applyFailed: outcome === 'failed' } };
  }
  if (target === goBuild && outcome === 'delivered') {
    return then(ended, (after) => applyAgain(after, 'the new binary is delivered', now));
  }
  if (target === imageBuild && state.wantsImageAgain) return then(ended, (after) => wantImage(after, now));
  return ended;
}

/** The first image is made around the binary and from the manifests. Where it failed, a new one of them may fix it. */
function wantImage(state: ScheduleState, now: number): Step {
  const { imageBuild } = state.options.targets;
  if (state.hasImages || !state.hasBinary || !state.hasManifests) return idle(state);
  if ([...state.queue.running.values()].includes(imageBuild)) return idle({ ...state, wantsImageAgain: true });
  const reason = state.wantsImageAgain
    ? 'the binary or the manifests changed while the first image was being made'
    : 'the binary and the manifests are there, so the first image can be made';
  const work = { ...state.newest, at: now };
  return run({ ...state, wantsImageAgain: false }, [{ target: imageBuild, work, reason }]);
}

/** A newer run delivers anyway. A paused target stays as it is. */
function tryAgain(state: ScheduleState, { target, work }: ScheduleEvent & { type: 'retry-due' }, now: number): Step {
  const { running, waiting } = state.queue;
  const isUnderWay = [...running.values(), ...waiting.map((run) => run.target)].includes(target);
  if (isUnderWay || state.gate.state(target).paused) return idle(state);
  const reason = 'its delivery failed, and is tried again';
  return run(state, [{ target, work: { ...work, at: now }, reason, retry: true }]);
}

/**
 * What the first image waits for; nothing once it is made, or can be. The image has no place in the queue until then.
 * Pure.
 */
export function firstImageWaitsFor({ options, hasImages, hasBinary, hasManifests }: ScheduleState): string[] {
  if (hasImages) return [];
  const { goBuild, kustomizeBuild } = options.targets;
  return [...(hasBinary ? [] : [goBuild]), ...(hasManifests ? [] : [kustomizeBuild])];
}

/** What waited for the controller may get ready now that the controller is fixed. */
function applyAgain(state: ScheduleState, because: string, now: number): Step {
  if (!state.applyFailed) return idle(state);
  const reason = `${because}, so what could not be applied is tried again`;
  return wantManifests({ ...state, applyFailed: false }, reason, now, { retry: true });
}

/** Manifests with the current image. A closed gate shows the files of its own edits, and not those of the binary. */
function renewImage(state: ScheduleState, now: number): Step {
  const { kustomizeBuild } = state.options.targets;
  const { mode, paused } = state.gate.state(kustomizeBuild);
  const files = mode === 'auto' && !paused ? state.newest.files : [];
  const reason = 'other containers run the image, and its binary changed';
  return admit(state, [kustomizeBuild], { ...state.newest, files, at: now }, () => reason);
}

function wantManifests(state: ScheduleState, reason: string, now: number, as: Pick<Wanted, 'retry'> = {}): Step {
  return admit(state, [state.options.targets.kustomizeBuild], { ...state.newest, at: now }, () => reason, as);
}

/** Targets whose gate is open run now; the others collect the work. */
function admit(
  state: ScheduleState,
  targets: readonly string[],
  work: Work,
  reasonOf: (target: string) => string,
  as: Pick<Wanted, 'retry'> = {},
): Step {
  const { gate, admitted, collected } = state.gate.admit(targets, work);
  const wanted = admitted.map((target) => ({ target, work, reason: reasonOf(target), ...as }));
  return withCollected(run({ ...state, gate }, wanted), collected, work);
}

function withCollected({ state, decisions }: Step, collected: readonly string[], work: Work): Step {
  const kept = collected.map((target): Decision => {
    const reason = state.gate.state(target).paused ? 'it is paused' : 'its mode is manual';
    return { does: 'collect', target, work, reason };
  });
  return { state, decisions: [...decisions, ...kept] };
}

function run(state: ScheduleState, wanted: readonly Wanted[]): Step {
  const newest = wanted.reduce((last, { work }) => (work.number >= last.number ? work : last), state.newest);
  const underWay = new Set(state.queue.running.values());
  const explained = wanted.map((one) => ({
    ...one,
    ...((one.always || state.lost.has(one.target)) && { always: true }),
    ...(underWay.has(one.target) && { reason: `${one.reason}; the run under way is superseded` }),
  }));
  const waitsFor = (target: string) => state.options.waitsFor?.get(target) ?? [];
  return moved({ ...state, newest }, enqueue(state.queue, explained, waitsFor));
}

function moved(state: ScheduleState, { queue, start, wait, drop }: Moves): Step {
  return {
    state: { ...state, queue },
    decisions: [
      ...drop.map((one): Decision => ({ does: 'drop', ...one, reason: 'a newer edit takes its place' })),
      ...start.map((one): Decision => ({ does: 'run', ...one })),
      ...wait.map((one): Decision => ({ does: 'wait', ...one })),
    ],
  };
}

function then(step: Step, more: (state: ScheduleState) => Step): Step {
  const { state, decisions } = more(step.state);
  return { state, decisions: [...step.decisions, ...decisions] };
}

function idle(state: ScheduleState): Step {
  return { state, decisions: [] };
}

/** `a.go`, `a.go and 3 more files`. */
function named(files: readonly string[]): string {
  const [first = 'no file', ...more] = files;
  if (!more.length) return first;
  return `${first} and ${more.length} more ${more.length === 1 ? 'file' : 'files'}`;
}
