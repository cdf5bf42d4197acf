import type { Bytes, History } from "../../handlers/files/files";

/** A history, and how a test puts there what it is to find. */
export interface HistoryUnderTest {
  readonly history: History;
  /** Puts a report there, after those that are there already; gives the manifest's key or path. */
  publish(files: Readonly<Record<string, Buffer>>): Promise<string>;
  /** Takes a file of the newest report away. */
  remove(name: string): Promise<void>;
  /** @param name below `decisions/` */
  returnSheet(name: string, bytes: Buffer): Promise<void>;
}

const MIB = 1024 * 1024;

/** What every `History` must do, wherever it reads. `make` is called before each test, for one where nothing stands. */
export function historySuite(name: string, make: () => HistoryUnderTest | Promise<HistoryUnderTest>): void {
  describe(`the history ${name}`, () => {
    let subject: HistoryUnderTest;
    beforeEach(async () => {
      subject = await make();
    });

    async function whole(file: Bytes): Promise<Buffer> {
      const pieces: Buffer[] = [];
      for await (const piece of file) pieces.push(piece);
      return Buffer.concat(pieces);
    }

    async function expectContent(file: Bytes, expected: Buffer): Promise<void> {
      const found = await whole(file);
      expect([found.length, found.equals(expected)]).toEqual([expected.length, true]);
    }

    const several = Buffer.from("0123456789".repeat(900_000)); // in none of whose pieces another begins alike
    const report = {
      "manifest.json": Buffer.from('{"files":[]}'),
      "credential_report.csv": several,
      "empty.txt": Buffer.alloc(0),
    };

    test("where nothing stands, there is neither a report nor a sheet", async () => {
      expect(await subject.history.newest()).toBeNull();
      expect(await subject.history.decisions(9)).toEqual([]);
    });

    test("a report is found from its manifest on, and each of its files is read whole, as often as it is opened", async () => {
      const manifestKey = await subject.publish(report);

      const newest = (await subject.history.newest())!;

      expect(newest.manifestKey).toBe(manifestKey);
      expect(newest.manifest.toString()).toBe('{"files":[]}');
      await expectContent(newest.open("credential_report.csv"), several);
      await expectContent(newest.open("credential_report.csv"), several);
      await expectContent(newest.open("empty.txt"), Buffer.alloc(0));
    });

    test("of two reports, the newer one is the newest", async () => {
      await subject.publish({ ...report, "credential_report.csv": Buffer.from("old") });
      const manifestKey = await subject.publish({ ...report, "manifest.json": Buffer.from("new") });

      const newest = (await subject.history.newest())!;

      expect([newest.manifestKey, newest.manifest.toString()]).toEqual([manifestKey, "new"]);
      await expectContent(newest.open("credential_report.csv"), several);
    });

    test("an earlier manifest that is not kept is none", async () => {
      await subject.publish(report);
      expect(await subject.history.manifestAt("credential_reports/2020-01-01T000000Z-gone/manifest.json")).toBeNull();
    });

    test("a file that is gone is an error for the one who reads it, by its name, and for nobody before", async () => {
      await subject.publish(report);
      const newest = (await subject.history.newest())!;
      await subject.remove("credential_report.csv");

      const file = newest.open("credential_report.csv");
      await new Promise((resolve) => setImmediate(resolve));
      newest.open("credential_report.csv"); // and never reads it

      await expect(whole(file)).rejects.toThrow("credential_report.csv");
    });

    test.each([
      ["no bytes", 0],
      ["several pieces", 9 * MIB],
    ])("a returned sheet of %s is read whole", async (_, length) => {
      const sheet = Buffer.alloc(length, "a,b\n");
      await subject.returnSheet("review.csv", sheet);

      const [found, ...others] = await subject.history.decisions(9);

      expect(others).toEqual([]);
      expect(found).toMatchObject({ name: "review.csv", bytes: length });
      expect(found!.key).toMatch(/decisions\/review\.csv$/);
      expect(found!.modifiedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      await expectContent((await found!.open()).content, sheet);
      expect(await subject.history.newest()).toBeNull();
    });

    test("of the returned files, as many are given as are asked for, by name, and none that nobody returned", async () => {
      for (const name of ["b.xlsx", "team/c.csv", ".DS_Store", "~$b.xlsx", "a.csv"]) {
        await subject.returnSheet(name, Buffer.from("x"));
      }
      const names = async (most: number) => (await subject.history.decisions(most)).map(({ name }) => name);

      expect(await names(9)).toEqual(["a.csv", "b.xlsx", "team/c.csv"]);
      expect(await names(2)).toEqual(["a.csv", "b.xlsx"]);
    });
  });
}
