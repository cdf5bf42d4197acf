import { start } from "./start";

// `credential-report verify` by itself, for whoever starts it by its file: as if the command had been named.

process.argv.splice(2, 0, "verify");
start(process.argv.slice(2));
