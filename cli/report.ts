import { start } from "./start";

// `credential-report report` by itself, for whoever starts it by its file: as if the command had been named.

process.argv.splice(2, 0, "report");
start(process.argv.slice(2));
