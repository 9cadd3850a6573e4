// Loaded before the peer, which is left as it is but for two things: it listens on loopback alone, on a free port, where it
// would take every address; and it tells, a JSON line each, where it listens and what its webhooks were answered. It keeps
// the answers' bodies to itself otherwise.
'use strict';

const net = require('node:net');

const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function onLoopback() {
  this.once('listening', () => tell({ listening: `http://127.0.0.1:${this.address().port}` }));
  return listen.call(this, 0, '127.0.0.1');
};

const send = globalThis.fetch;
globalThis.fetch = async (...request) => {
  const answer = await send(...request);
  const body = await answer.clone().text();
  tell({ answered: answer.status, type: answer.headers.get('content-type'), body });
  return answer;
};
