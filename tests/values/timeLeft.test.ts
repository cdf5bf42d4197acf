import { createWorks, durationWords } from "../../cli/timeLeft";

test.each([
  [0.4, "0 s"],
  [45, "45 s"],
  [60, "1 min 0 s"],
  [250, "4 min 10 s"],
  [3600, "1 h 0 min"],
  [8_000, "2 h 13 min"],
])("%d seconds: %s", (seconds, words) => expect(durationWords(seconds)).toBe(words));

describe("the time that is left", () => {
  test("of a work follows from its pace of late, and of the whole from the work that takes longest", () => {
    const works = createWorks();
    expect(works.leftSeconds(0)).toBeNull();
    works.at("users", 0, null, 0);
    works.at("assignments", 0, 1000, 0);
    expect(works.at("assignments", 100, 1000, 10_000)).toEqual({ done: 100, total: 1000, rate: 10, leftSeconds: 90 });
    works.at("events", 0, 600, 10_000);
    works.at("events", 10, 600, 20_000);
    expect(works.leftSeconds(20_000)).toBe(590);
    expect(works.at("events", 600, 600, 30_000).leftSeconds).toBe(0);
    expect(works.leftSeconds(30_000)).toBe(90);
  });

  test("is what the run takes at least, until its longest work has begun", () => {
    const works = createWorks();
    works.expect(600, 0);
    expect(works.leftSeconds(60_000)).toBe(540);
    works.at("permission sets", 1, 8, 60_000);
    works.at("permission sets", 2, 8, 61_000);
    expect(works.leftSeconds(61_000)).toBe(539);
    works.at("assignments", 0, 9000, 61_000);
    works.at("assignments", 10, 9000, 62_000);
    expect(works.leftSeconds(62_000)).toBe(899);
  });

  test("does not go by what an earlier process has read, which comes all at once", () => {
    const works = createWorks();
    works.at("assignments", 1, 10_000, 0);
    works.at("assignments", 9000, 10_000, 100);
    for (let second = 1; second <= 60; second++) works.at("assignments", 9000 + second, 10_000, second * 1000);
    expect(works.at("assignments", 9061, 10_000, 61_000).rate).toBeCloseTo(1);
  });
});
