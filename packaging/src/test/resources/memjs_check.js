// What memjs asks of a memcached, in the binary protocol: node memjs_check.js HOST PORT. Ends with 0, or the assertion.
const assert = require("assert");
const memjs = require("memjs");

async function main(host, port) {
  const client = memjs.Client.create(`${host}:${port}`, { timeout: 10, retries: 1 });
  const key = (name) => `memjs-${name}`;
  for (const name of ["a", "n", "add"]) await client.delete(key(name));
  assert.strictEqual(await client.set(key("a"), "value", { expires: 100 }), true);
  assert.strictEqual((await client.get(key("a"))).value.toString(), "value");
  assert.strictEqual((await client.get(key("missing"))).value, null);
  assert.strictEqual(await client.add(key("add"), "first", {}), true);
  assert.strictEqual(await client.add(key("add"), "second", {}), false);
  assert.strictEqual(await client.replace(key("add"), "b", {}), true);
  assert.strictEqual(await client.append(key("add"), "c"), true);
  assert.strictEqual(await client.prepend(key("add"), "a"), true);
  assert.strictEqual((await client.get(key("add"))).value.toString(), "bca"); // memjs 1.3 appends what it is told to prepend
  assert.strictEqual((await client.increment(key("n"), 5, { initial: 10 })).value, 10);
  assert.strictEqual((await client.increment(key("n"), 5, {})).value, 15);
  assert.strictEqual((await client.decrement(key("n"), 99, {})).value, 0);
  assert.strictEqual(await client.touch(key("a"), 100), true);
  const all = [];
  for (let i = 0; i < 500; i++) all.push(client.set(key(i), String(i), {}));
  await Promise.all(all);
  for (let i = 0; i < 500; i += 50) assert.strictEqual((await client.get(key(i))).value.toString(), String(i));
  const big = Buffer.alloc(900000, "x");
  assert.strictEqual(await client.set(key("big"), big, {}), true);
  assert.ok(big.equals((await client.get(key("big"))).value));
  assert.strictEqual(await client.delete(key("a")), true);
  assert.strictEqual(await client.delete(key("a")), false);
  client.close();
  console.log("memjs is served");
}

main(process.argv[2], process.argv[3]).catch((error) => {
  console.error(error);
  process.exit(1);
});
