import type { Transform } from "node:stream";

/** Takes the bytes of a file, in order, and checks what they say. */
export interface ContentCheck {
  /** Waits while there is enough to read. Never rejects: what cannot be read is a problem, and the rest is passed over. */
  write(bytes: Buffer): Promise<void>;
  /** @returns how many rows there are; `null` where the file could not be read to its end */
  end(): Promise<number | null>;
}

/**
 * A check that reads a file through a parser or decompressor.
 *
 * @param read reads the transform's output to its end
 * @param onUnreadable is told once where the output ends in an error
 */
export function feed(
  transform: Transform,
  read: () => Promise<void>,
  onUnreadable: (error: Error) => void,
  rows: () => number,
): ContentCheck {
  let readable = true;
  const reading = read().catch((error: Error) => {
    readable = false;
    onUnreadable(error);
    transform.destroy();
  });
  // An error comes to the reader; a second listener keeps one that comes later from ending the process.
  transform.on("error", () => {});
  return {
    async write(bytes) {
      if (!readable || transform.write(bytes)) return;
      await new Promise<void>((resolve) => {
        const goOn = () => {
          transform.off("drain", goOn).off("close", goOn);
          resolve();
        };
        transform.on("drain", goOn).on("close", goOn);
      });
    },
    async end() {
      if (readable) transform.end();
      await reading;
      return readable ? rows() : null;
    },
  };
}
