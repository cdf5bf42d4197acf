// node publishIn.js serialised|source ENDPOINT SIZE: runs the publisher in this process and prints its figures as JSON.
// The serialised text is made by a process of its own, so that this one's memory is that of a run alone.

const { execFileSync } = require("node:child_process");
const { rmSync, writeFileSync } = require("node:fs");
const { join, resolve } = require("node:path");

const project = resolve(__dirname, "..");
const [form, endpoint, size] = process.argv.slice(2);

/** Loads TypeScript as `pulumi up` does. */
function load(path) {
  const { tsnodeRequire, typescriptRequire } = require("@pulumi/pulumi/tsutils").typeScriptRequireStrings();
  const options = { compiler: typescriptRequire, transpileOnly: true, project: join(project, "tsconfig.json") };
  require(tsnodeRequire).register(options);
  return require(path);
}

async function serialise() {
  const { createPublisher } = load("./publisher.ts");
  const { pageAssets, workerText } = require("../handlers/files/files.ts");
  pageAssets(); // serialised with what they are now
  workerText();
  const { serializeFunction } = require("@pulumi/pulumi/runtime");
  const { text } = await serializeFunction(createPublisher, { isFactoryFunction: true, exportName: "publisher" });
  process.stdout.write(text);
}

async function publish() {
  let publisher;
  if (form === "source") {
    publisher = load("./publisher.ts").createPublisher();
  } else {
    const text = execFileSync(process.execPath, [__filename, "serialise"], { cwd: project, maxBuffer: 2 ** 26 });
    const file = join(project, `node_modules/.bench-${process.pid}.js`);
    writeFileSync(file, text);
    publisher = require(file).publisher;
    rmSync(file);
  }
  process.stdout.write(JSON.stringify(await publisher(endpoint, size)));
}

(form === "serialise" ? serialise() : publish()).catch((error) => {
  console.error(error);
  process.exit(1);
});
