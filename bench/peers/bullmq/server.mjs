// Fastify and BullMQ: one job per row, added in one call per delivery.
import { timingSafeEqual } from "node:crypto";
import Fastify from "fastify";
import { Queue } from "bullmq";

const url = new URL(process.env.REDIS_URL);
const connection = { host: url.hostname, port: Number(url.port), password: url.password };
const queue = new Queue("rows", { connection, defaultJobOptions: { removeOnComplete: true } });
const key = Buffer.from(process.env.CUSTOMER_KEY);
const app = Fastify({ bodyLimit: 8 * 1024 * 1024 });

app.post("/apievents", async (request, reply) => {
  const given = Buffer.from(request.headers.authorization ?? "");
  if (given.length !== key.length || !timingSafeEqual(given, key)) return reply.code(401).send();
  await queue.addBulk(request.body.map((row) => ({ name: "row", data: row })));
  return { rows: request.body.length };
});

await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) });
