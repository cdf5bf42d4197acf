import { start } from "./start";

// `credential-report verify` by itself, for whoever starts it by its file.

start(["verify", ...process.argv.slice(2)]);
