import { dispatch } from "../../cli/commands";

jest.mock("esbuild", () => {
  throw new Error("the bundler was loaded");
});

afterEach(() => jest.restoreAllMocks());

test.each(["report", "verify"])("%s --help bundles no page", async (command) => {
  const written = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  expect(await dispatch([command, "--help"])).toBe(0);
  expect(written.mock.calls.join("")).toContain(`Usage: credential-report ${command} `);
});
