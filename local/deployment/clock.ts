import { setTimeout as wait } from "node:timers/promises";

/** AWS's waiting times (timeouts, retries, polls), made shorter so that a test can see the end of an hour. */
export class Clock {
  private readonly stopped = new AbortController();

  /** @param scale how many of AWS's seconds pass in a second of this machine. */
  constructor(readonly scale: number) {}

  /** Waits for so many of AWS's seconds. Rejects with an AbortError once the clock is stopped. */
  async sleep(seconds: number): Promise<void> {
    await wait(this.milliseconds(seconds), undefined, { signal: this.stopped.signal });
  }

  /** What so many of AWS's seconds are in milliseconds of this machine. */
  milliseconds(seconds: number): number {
    return (seconds * 1000) / this.scale;
  }

  stop(): void {
    this.stopped.abort();
  }
}
