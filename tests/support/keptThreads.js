const threads = require("node:worker_threads");

// Every report writes its sheet in a thread of its own, in which nothing is compiled yet: more than half of what a small report takes. So
// the tests of a process hand it on: a thread that has answered all that it was asked is not ended, but given to the next who begins one of
// the same text.

/** By their text and then by their options, those that nobody has. */
const idle = new Map();

function kept(worker, others) {
  const { postMessage, terminate } = worker;
  let unanswered = 0;
  const gone = () => {
    unanswered = Number.POSITIVE_INFINITY;
    if (others.includes(worker)) others.splice(others.indexOf(worker), 1);
  };
  worker.on("error", gone).on("exit", gone);
  worker.on("message", () => {
    unanswered -= 1;
  });
  return Object.assign(worker, {
    postMessage(...message) {
      unanswered += 1;
      postMessage.apply(worker, message);
    },
    async terminate() {
      if (unanswered > 0) return terminate.call(worker);
      if (!others.includes(worker)) others.push(worker);
      worker.unref(); // it is to keep no process alive
      return 0;
    },
  });
}

threads.Worker = new Proxy(threads.Worker, {
  construct(Worker, [text, options]) {
    if (!options?.eval) return new Worker(text, options);
    const ofText = idle.get(text) ?? new Map();
    idle.set(text, ofText);
    const key = JSON.stringify(options);
    const others = ofText.get(key) ?? [];
    ofText.set(key, others);
    const other = others.pop();
    other?.ref();
    return other ?? kept(new Worker(text, options), others);
  },
});
