jest.mock("esbuild", () => {
  throw new Error("the bundler was loaded");
});

const argv = process.argv;

afterEach(() => {
  process.argv = argv;
  jest.restoreAllMocks();
});

test.each(["report", "verify"])("npm run %s -- --help bundles no page", async (command) => {
  jest.spyOn(process, "exit").mockImplementation(() => undefined as never);
  const written = new Promise((resolve) =>
    jest.spyOn(process.stdout, "write").mockImplementation((text) => {
      resolve(text);
      return true;
    }),
  );
  process.argv = ["node", command, "--help"];
  require(`../../cli/${command}`);
  expect(await written).toContain(`Usage: npm run ${command}`);
});
