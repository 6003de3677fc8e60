"""What python-binary-memcached asks of a memcached: python3 bmemcached_check.py HOST PORT."""

import sys

import bmemcached


def check(expected, actual):
    assert expected == actual, f"expected {expected!r}, got {actual!r}"


client = bmemcached.Client((f"{sys.argv[1]}:{sys.argv[2]}",), socket_timeout=10)
for key in ("a", "n", "add", "big"):
    client.delete(key)
check(True, client.set("a", {"x": [1, None]}))
check({"x": [1, None]}, client.get("a"))
check(None, client.get("missing"))
check(True, client.add("add", "first"))
check(False, client.add("add", "second"))
check(True, client.replace("add", "third"))
value, cas = client.gets("add")
check(True, client.cas("add", "fourth", cas))
check(False, client.cas("add", "fifth", cas))
client.set("n", "10")
check(15, client.incr("n", 5))
check(0, client.decr("n", 99))
client.set_multi({f"many-{i}": str(i) for i in range(500)})
check({f"many-{i}": str(i) for i in range(500)}, client.get_multi([f"many-{i}" for i in range(500)] + ["missing"]))
big = "x" * 900_000
check(True, client.set("big", big))
check(big, client.get("big"))
check(True, client.delete("a"))
assert client.stats()
client.disconnect_all()
print("python-binary-memcached is served")
