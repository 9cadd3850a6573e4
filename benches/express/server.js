// What Switchboard is measured beside: Express, Twilio's library and node-postgres.
//
// WRITES=queries: as their documentation shows it, two queries a call: look the tenant up, insert the call.
// WRITES=function: the one statement that Switchboard sends.
// Further settings: DATABASE_URL, PUBLIC_HOST, TWILIO_AUTH_TOKEN, WORKERS (processes), POOL
// (connections of each). Takes a free port, and prints `listening on http://127.0.0.1:PORT`.
'use strict';

const cluster = require('node:cluster');
const { createHash, randomBytes } = require('node:crypto');
const express = require('express');
const { Pool } = require('pg');
const twilio = require('twilio');

const settings = process.env;
const takesFunction = settings.WRITES === 'function';

function answer(tenant, response) {
  const twiml = new twilio.twiml.VoiceResponse();
  if (tenant) {
    twiml.say(tenant.greeting);
    twiml.dial({ timeout: 20 }, tenant.forward_number);
  } else {
    twiml.say('We are sorry, the number you have called is not in service.');
    twiml.hangup();
  }
  response.type('text/xml').send(twiml.toString());
}

async function logCallByQueries(pool, call) {
  const found = await pool.query(
    'SELECT id, greeting_message AS greeting, forward_number FROM public.tenants WHERE id = public.get_tenant_by_phone($1)',
    [call.To]);
  const tenant = found.rows[0];
  if (tenant) {
    await pool.query(
      `INSERT INTO public.call_logs (tenant_id, call_sid, from_number, to_number, direction, status)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, call_sid) DO NOTHING`,
      [tenant.id, call.CallSid, call.From, call.To, call.Direction, call.CallStatus]);
  }
  return tenant;
}

async function logStatusByQueries(pool, call) {
  const found = await pool.query('SELECT public.get_tenant_by_phone($1) AS id', [call.To]);
  if (found.rows[0].id) {
    await pool.query(
      `UPDATE public.call_logs SET status = $3, duration = coalesce($4, duration), updated_at = now()
        WHERE tenant_id = $1 AND call_sid = $2 AND status NOT IN ('completed', 'busy', 'no-answer', 'failed', 'canceled')`,
      [found.rows[0].id, call.CallSid, call.CallStatus, call.CallDuration ?? null]);
  }
}

// Version 7, so that the indexes grow at one end, as with Switchboard's.
function timeOrderedId() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return bytes.toString('hex');
}

async function logByFunction(pool, call, kind) {
  const key = createHash('sha256').update(JSON.stringify(call)).digest('hex');
  const now = new Date();
  const found = await pool.query({
    name: 'ingest',
    text: `SELECT routed_tenant_id AS id, tenant_settings ->> 'greeting_message' AS greeting,
                  tenant_settings ->> 'forward_number' AS forward_number
             FROM switchboard.ingest_call_event($1, 'environment', $2, NULL, $3, $4, $5, NULL, NULL, $6, $7, $8, $9, $10, $10,
                                                $11)`,
    values: [call.AccountSid, call.To, timeOrderedId(), timeOrderedId(), call.CallSid, kind, `${kind}/${key}`,
      call.CallStatus, call.SequenceNumber ?? null, now, call],
  });
  return found.rows[0].id ? found.rows[0] : undefined;
}

function work() {
  const pool = new Pool({
    connectionString: settings.DATABASE_URL,
    max: Number(settings.POOL),
    options: takesFunction ? '-c role=switchboard_app -c search_path=pg_catalog,pg_temp' : undefined,
  });
  const form = express.urlencoded({ extended: false });
  const signed = twilio.webhook(settings.TWILIO_AUTH_TOKEN, { host: settings.PUBLIC_HOST, protocol: 'https' });
  const app = express();
  app.post('/twilio/voice', form, signed, async (request, response) => {
    const log = takesFunction ? logByFunction : logCallByQueries;
    answer(await log(pool, request.body, 'incoming'), response);
  });
  app.post('/twilio/voice/status', form, signed, async (request, response) => {
    const log = takesFunction ? logByFunction : logStatusByQueries;
    await log(pool, request.body, 'status');
    response.status(204).end();
  });
  app.listen(0, '127.0.0.1');
}

if (cluster.isPrimary) {
  let waiting = Number(settings.WORKERS);
  cluster.on('listening', (_, address) => {
    waiting -= 1;
    if (waiting === 0) {
      console.log(`listening on http://127.0.0.1:${address.port}`);
    }
  });
  for (let n = 0; n < Number(settings.WORKERS); n += 1) {
    cluster.fork();
  }
  process.on('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers)) {
      worker.process.kill('SIGKILL');
    }
    process.exit(0);
  });
} else {
  work();
}
