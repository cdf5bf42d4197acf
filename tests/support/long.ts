/**
 * What `npm test` does a sample of and `npm run test:long` does whole: long series, and tests that take long by what they are.
 * docs/tests.md lists them; tests/values/longTests.test.ts holds that nothing is left out of both.
 *
 * RUNS=5000 SEED=7 npx jest tests/oracle   runs series of that length, from another seed.
 */

/** Whether every series runs whole; `jest.long.config.js` says so. */
export const isLong = process.env.LONG_TESTS === "true";

/**
 * How many pieces a series has.
 *
 * @param few enough that what usually breaks is seen
 * @param all in `npm run test:long`
 */
export function series(few: number, all: number): number {
  const { RUNS } = process.env;
  return RUNS ? Number(RUNS) : isLong ? all : few;
}

/** The seed of a random series, which is the same in every run unless `SEED` is set. */
export function seedOf(ordinary: number): number {
  const { SEED } = process.env;
  return SEED ? Number(SEED) : ordinary;
}

/**
 * The cases of a list that `npm test` tries: one of so many.
 *
 * @param from which comes first. Lists that are gone through several times begin at another each time, so that each case is met
 */
export function sample<Case>(cases: readonly Case[], oneOf: number, from = 0): Case[] {
  return isLong ? [...cases] : cases.filter((_, index) => index % oneOf === from % oneOf);
}

/** A test of `npm run test:long` alone; the file has others, that are of both. */
export const longTest: Pick<jest.It, "each"> & jest.It = isLong ? test : leftOut();

/** Tests of `npm run test:long` alone. */
export const longDescribe: jest.Describe = isLong ? describe : leftOut();

/** Registers nothing, so that no test counts as skipped which another run does. */
function leftOut<Registers>(): Registers {
  return Object.assign(() => {}, { each: () => () => {} }) as Registers;
}
