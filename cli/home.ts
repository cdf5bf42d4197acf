import { homedir } from "node:os";

/**
 * Gives a process without a home directory one that does not exist. A user who is only a number, as in containers, has none; Node
 * then throws where the SDK and Pulumi look for their files there, which nobody needs to have.
 */
export function standInHome(environment: NodeJS.ProcessEnv = process.env): void {
  try {
    homedir();
  } catch {
    environment.HOME = "/nonexistent";
  }
}
