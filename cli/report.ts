import { start } from "./start";

// `credential-report report` by itself, for whoever starts it by its file.

start(["report", ...process.argv.slice(2)]);
