"""What pymemcache asks of a memcached: python3 pymemcache_check.py HOST PORT. Ends with 0, or with the assertion."""

import sys

from pymemcache import serde
from pymemcache.client.base import Client, PooledClient
from pymemcache.client.hash import HashClient
from pymemcache.exceptions import MemcacheServerError, MemcacheClientError, MemcacheIllegalInputError

address = (sys.argv[1], int(sys.argv[2]))
client = Client(address, timeout=10, connect_timeout=10, default_noreply=False, no_delay=True)


def check(expected, actual):
    assert expected == actual, f"expected {expected!r}, got {actual!r}"


for key in ("k", "a", "b", "c", "n", "m", "big", "object", "text"):
    client.delete(key)

check(True, client.set("k", "value"))
check(b"value", client.get("k"))
check(None, client.get("absent"))
check("default", client.get("absent", "default"))
check(False, client.add("k", "other"))
check(True, client.replace("k", "newer"))
check(False, client.replace("absent", "x"))
check(True, client.append("k", "+"))
check(True, client.prepend("k", "-"))
check(b"-newer+", client.get("k"))

value, cas = client.gets("k")
check(True, client.cas("k", "by cas", cas))
check(False, client.cas("k", "too late", cas))
check(None, client.cas("absent", "x", cas))

check([], client.set_many({"a": "1", "b": "2", "c": "3"}))
check({"a": b"1", "b": b"2", "c": b"3"}, client.get_many(["a", "b", "c", "absent"]))
check({"a": b"1"}, {key: item[0] for key, item in client.gets_many(["a"]).items()})
check(True, client.delete_many(["a", "b", "c"]))
check({}, client.get_many(["a", "b", "c"]))

check(None, client.incr("n", 1))
check(True, client.set("n", "10"))
check(15, client.incr("n", 5))
check(0, client.decr("n", 99))
check(True, client.touch("n", 100))
check(False, client.touch("absent", 100))
check(b"0", client.get("n").strip())
check(True, client.delete("k"))
check(False, client.delete("k"))

check(True, client.set("m", "gone", expire=-1))
check(None, client.get("m"))

large = b"x" * (1 << 20)
try:
    client.set("big", large + b"x")
    raise AssertionError("a value that is too large was taken")
except MemcacheServerError as error:
    assert b"too large" in error.args[0].encode() if isinstance(error.args[0], str) else b"too large" in error.args[0]
half = large[: 1 << 19]
check(True, client.set("big", half))
check(half, client.get("big"))

try:
    client.set("k" * 251, "x")
    raise AssertionError("a key that is too long was taken")
except (MemcacheIllegalInputError, MemcacheClientError):
    pass

# Without answers, many at a time: the answer to the get comes after them.
for i in range(1000):
    client.set(f"quiet-{i}", str(i), noreply=True)
check({f"quiet-{i}": str(i).encode() for i in range(0, 1000, 50)},
      client.get_many([f"quiet-{i}" for i in range(0, 1000, 50)]))

assert client.version().startswith(b"1.6."), client.version()
assert b"pid" in client.stats(), client.stats()

# Flags carry what kind of object it was.
pickled = PooledClient(address, serde=serde.pickle_serde, timeout=10, default_noreply=False, max_pool_size=4)
check(True, pickled.set("object", {"a": [1, 2, 3], "b": None}))
check({"a": [1, 2, 3], "b": None}, pickled.get("object"))
check(True, pickled.set("text", "grüße"))
check("grüße", pickled.get("text"))

hashed = HashClient([address], timeout=10, default_noreply=False)
check(True, hashed.set("k", "through the hash client"))
check(b"through the hash client", hashed.get("k"))
client.quit()
print("pymemcache is served")
