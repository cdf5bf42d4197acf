/**
 * Random without a sequence: the same seed, stream and index give the same number, in whatever order they are asked for. So the parts of
 * an organisation that belong together (a membership and the login of that member) need not be kept.
 */
export interface Random {
  /** An integer in [0, below). */
  integer(stream: string, index: number, below: number): number;
  chance(stream: string, index: number, rate: number): boolean;
  pick<T>(stream: string, index: number, choices: readonly T[]): T;
  uuid(stream: string, index: number): string;
  hex(stream: string, index: number, digits: number): string;
}

export function createRandom(seed: number): Random {
  const streams = new Map<string, number>();
  const startOf = (stream: string) => {
    let start = streams.get(stream);
    if (start === undefined) {
      start = [...stream].reduce((hash, character) => mix(hash ^ character.charCodeAt(0)), mix(seed));
      streams.set(stream, start);
    }
    return start;
  };
  const word = (stream: string, index: number, salt = 0) =>
    mix(mix(mix(startOf(stream) ^ index) ^ Math.floor(index / 2 ** 32)) ^ mix(salt + 0x9e3779b9));
  const hex = (stream: string, index: number, digits: number) => {
    let text = "";
    for (let salt = 0; text.length < digits; salt++) text += word(stream, index, salt).toString(16).padStart(8, "0");
    return text.slice(0, digits);
  };
  return {
    integer: (stream, index, below) => Math.floor((word(stream, index) / 2 ** 32) * below),
    chance: (stream, index, rate) => word(stream, index) < rate * 2 ** 32,
    pick: (stream, index, choices) => choices[Math.floor((word(stream, index) / 2 ** 32) * choices.length)]!,
    uuid(stream, index) {
      const digits = hex(stream, index, 32);
      return [
        digits.slice(0, 8),
        digits.slice(8, 12),
        `4${digits.slice(13, 16)}`,
        `a${digits.slice(17, 20)}`,
        digits.slice(20),
      ].join("-");
    },
    hex,
  };
}

/** Murmur3's finaliser: every bit of the input changes half of the output. */
function mix(value: number): number {
  let mixed = value >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A step that visits every one of `count` places once, far from the one before. */
export function stepThrough(count: number): number {
  let step = Math.max(1, Math.floor(count * 0.618));
  while (greatestCommonDivisor(step, count) !== 1) step += 1;
  return step;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
